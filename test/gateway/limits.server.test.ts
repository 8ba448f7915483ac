import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { done, type RunningGateway, startTestGateway } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    customers: {
      async view(customerId) {
        if (customerId === 'down') throw new Unavailable('store_unavailable', 2);
        if (customerId === 'bug') throw new Error('secret');
        return customerId === 'nobody' ? null : { customerId };
      },
    },
  });
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
  gateway.faults.length = 0;
  gateway.ready = true;
  gateway.answer = (submission) => done(submission);
});

describe('limits', () => {
  it('answers 503 past the submissions it may have in flight, and recovers', async () => {
    const small = await startTestGateway({
      limits: {
        inFlightMax: 2,
        turnMsMax: 1_000,
        bodyDeadlineMs: 5_000,
        bodyBytesInFlightMax: 1e6,
      },
    });
    const release: (() => void)[] = [];
    small.answer = (s) => new Promise((resolve) => release.push(() => resolve(done(s))));
    const first = [1, 2].map(() => small.post('/v1/track', { userId: 'u', event: 'E' }));
    await expect.poll(() => release.length).toBe(2);
    const third = await small.post('/v1/track', { userId: 'u', event: 'E' });
    expect([third.status, third.json.error.code]).toEqual([503, 'overloaded']);
    for (const open of release) open();
    expect((await Promise.all(first)).map((a) => a.status)).toEqual([200, 200]);
    small.answer = (s) => done(s);
    // More events than may be in flight still pass, a window at a time.
    const batch = Array.from({ length: 7 }, () => ({ type: 'page', userId: 'u' }));
    expect((await small.post('/v1/batch', { batch })).json.results).toHaveLength(7);
    await small.stop(100);
  });

  it('rate-limits rows of rejected events, not their answers', async () => {
    const batch = Array.from({ length: 3_000 }, () => ({}));
    const answer = await gateway.post('/v1/batch', { batch });
    expect(answer.json.results).toHaveLength(3_000);
    expect(gateway.rejections.length).toBeLessThan(1_500);
    expect(gateway.rejections.length).toBeGreaterThan(100);
  });
});

describe('stopping', () => {
  it('answers what is in flight, then closes everything', async () => {
    const stopping = await startTestGateway();
    let open: () => void = () => {};
    stopping.answer = (s) =>
      new Promise((resolve) => {
        open = () => resolve(done(s));
      });
    const inFlight = stopping.post('/v1/track', { userId: 'u', event: 'E' });
    await expect.poll(() => stopping.submissions.length).toBe(1);
    const stopped = stopping.stop(5_000);
    await expect(stopping.get('/healthz')).rejects.toThrow();
    open();
    expect((await inFlight).status).toBe(200);
    await stopped;
  });

  it('does not wait longer than it was told', async () => {
    const stopping = await startTestGateway();
    stopping.answer = () => new Promise(() => {});
    const inFlight = stopping.post('/v1/track', { userId: 'u', event: 'E' });
    inFlight.catch(() => {});
    await expect.poll(() => stopping.submissions.length).toBe(1);
    await stopping.stop(50);
    await expect(inFlight).rejects.toThrow();
  });

  it('says in one line when it cannot listen', async () => {
    await expect(startTestGateway({ host: '203.0.113.1' })).rejects.toThrow(/cannot listen on/);
  });
});
