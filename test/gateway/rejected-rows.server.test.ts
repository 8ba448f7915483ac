// What the rows of `rejected` say of what was refused: of whom it was, and how it began.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  done,
  type RunningGateway,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.rejections.length = 0;
  gateway.answer = (submission) => done(submission);
});

const gzip = { ...write, 'content-encoding': 'gzip' };

describe('customers of refused calls', () => {
  const wrong = { event: 5, outcome: 'bought' };

  it.each([
    [{ userId: 'u' }, 'u'],
    [{ userId: 7 }, '7'],
    [{ anonymousId: 'a' }, 'anonymous:a'],
    [{ userId: '', anonymousId: 'a' }, 'anonymous:a'],
    [{ userId: null, anonymousId: 8 }, 'anonymous:8'],
    [{ userId: 'u', anonymousId: 'a' }, 'u'],
    [{ userId: 2 ** 60 }, '1152921504606847000'],
    // Its digits are lost: it may be another's.
    [{ userId: 1e30 }, null],
    [{ userId: {} }, null],
    [{}, null],
  ])('%j are named as they would have been', async (ids, customerId) => {
    await gateway.post('/v1/track', { ...ids, ...wrong });
    await gateway.post('/v1/outcomes', { ...ids, ...wrong });
    await gateway.post('/v1/batch', { batch: [{ type: 'track', ...ids, ...wrong }] });
    expect(gateway.rejections.map((row) => [row.route, row.customerId])).toEqual([
      ['track', customerId],
      ['outcomes', customerId],
      ['batch', customerId],
    ]);
  });
});

describe('bodies', () => {
  const large = JSON.stringify({
    userId: 'u',
    event: 'E',
    properties: { a: 'xé'.repeat(500_000) },
  });

  it('over the limit keep their beginning, where they arrived', async () => {
    const sent = await fetch(`${gateway.url}/v1/track`, {
      method: 'POST',
      headers: write,
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(sent.status).toBe(400);
    await gateway.post('/v1/track', gzipSync(large), gzip);
    expect(gateway.rejections).toHaveLength(2);
    for (const { code, body } of gateway.rejections) {
      expect(code).toBe('event_too_large');
      expect(body.length).toBeGreaterThan(100);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
      expect(large.startsWith(body.replace(/\ufffd$/, ''))).toBe(true);
    }
  });

  it.each([
    ['cut', gzipSync('{"userId":"u","event":"E"}').subarray(0, 34), '{"userId":"u"'],
    ['none', Buffer.from('not gzip at all'), 'not gzip at all'],
  ])('of gzip that is %s keep what can be read', async (_, body, kept) => {
    await gateway.post('/v1/track', body, gzip);
    expect(gateway.rejections).toMatchObject([{ code: 'invalid_json' }]);
    expect(gateway.rejections[0]!.body.startsWith(kept)).toBe(true);
  });

  it('nested too deeply to be written keep their upper levels', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const lists = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    for (const properties of [deep, lists]) {
      await gateway.post(
        '/v1/batch',
        `{"batch":[{"type":"page","userId":"u","properties":${properties}}]}`,
      );
    }
    expect(gateway.rejections.map((row) => row.customerId)).toEqual(['u', 'u']);
    expect(gateway.rejections[0]!.body).toMatch(
      /^\{"type":"page","userId":"u","properties":(\{"a":){63}"…"\}{64}$/,
    );
    expect(gateway.rejections[1]!.body).toContain('[[["…"]]]');
  });

  it('never have the key that they came with', async () => {
    const headers = { authorization: `Bearer ${WRITE_KEY}` };
    await gateway.post('/v1/track', `{"a":"${WRITE_KEY}"`, headers);
    await gateway.post('/v1/track', `key=${WRITE_KEY}&x=1`, headers);
    await gateway.post('/v1/track', `{"wr\\u0069teKey":"other"`, headers);
    await gateway.post('/v1/track', { event: 'E', x: WRITE_KEY, writeKey: WRITE_KEY }, {});
    await gateway.post('/v1/batch', { batch: [{ key: WRITE_KEY }], writeKey: WRITE_KEY }, {});
    await gateway.post('/v1/track', `${'x'.repeat(4_090)}${WRITE_KEY}`, headers);
    expect(gateway.rejections).toHaveLength(6);
    for (const { body } of gateway.rejections) {
      expect(body).not.toContain(WRITE_KEY.slice(0, 6));
      expect(body).not.toContain('other');
    }
  });
});
