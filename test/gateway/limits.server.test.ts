import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin, done, type RunningGateway, startTestGateway } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
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

describe('what is sent away', () => {
  const EVENT = { type: 'track', userId: 'u', event: 'E', messageId: 'm' };
  const REQUESTS: readonly (readonly [path: string, body: unknown])[] = [
    ['/v1/track', EVENT],
    ['/v1/batch', { batch: [EVENT, EVENT, EVENT] }],
    ['/v1/import', { batch: [EVENT] }],
    ['/v1/decide', { userId: 'u', placements: ['web_popup'] }],
    ['/v1/outcomes', { userId: 'u', outcome: 'click', decisionId: 'd', offerId: 'o' }],
  ];

  /** proffer_shed_total by reason, with what was counted before taken off. */
  async function counting(work: () => Promise<void>): Promise<Record<string, number>> {
    const read = async () =>
      [...(await gateway.get('/metrics')).text.matchAll(/shed_total\{reason="(.+)"\} (\d+)/g)].map(
        ([, reason, count]) => [reason!, Number(count)] as const,
      );
    const before = new Map(await read());
    await work();
    const added = (await read()).map(([k, n]) => [k, n - (before.get(k) ?? 0)] as const);
    return Object.fromEntries(added.filter(([, count]) => count > 0));
  }

  it.each(['store_unavailable', 'ledger_full', 'not_ready'] as const)(
    'is counted once for each answer on every route: %s',
    async (code) => {
      gateway.answer = () => ({ kind: 'unavailable', code, retryAfterS: 3 });
      const counted = await counting(async () => {
        for (const [path, body] of REQUESTS) {
          const answer = await gateway.post(path, body, admin);
          expect([path, answer.status, answer.json.error.code]).toEqual([path, 503, code]);
        }
      });
      expect(counted).toEqual({ [code]: REQUESTS.length });
    },
  );

  it('is counted where a page says it, where the gateway is not ready, and never as a fault', async () => {
    const counted = await counting(async () => {
      expect((await gateway.get('/v1/customers/down', admin)).status).toBe(503);
      gateway.ready = false;
      await expect.poll(async () => (await gateway.post('/v1/track', EVENT)).status).toBe(503);
      expect((await gateway.get('/v1/customers/u', admin)).status).toBe(503);
      // Asked whether it is ready, it answers; that sends nobody away.
      expect((await gateway.get('/readyz')).status).toBe(503);
      gateway.ready = true;
      await expect.poll(async () => (await gateway.post('/v1/track', EVENT)).status).toBe(200);
      expect((await gateway.get('/v1/customers/bug', admin)).status).toBe(500);
    });
    expect(counted.store_unavailable).toBe(1);
    expect(counted.not_ready).toBeGreaterThanOrEqual(2);
    expect(Object.keys(counted)).toHaveLength(2);
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
