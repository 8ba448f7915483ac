import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { done, type RunningGateway, startTestGateway, write } from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    limits: {
      inFlightMax: 4_096,
      turnMsMax: 1_000,
      bodyDeadlineMs: 400,
      bodyBytesInFlightMax: 64 * 1024 * 1024,
    },
  });
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
  gateway.answer = (submission) => done(submission);
});

const GOOD = '{"userId":"u","event":"E"}';

async function expectAlive(): Promise<void> {
  expect((await gateway.post('/v1/track', GOOD)).status).toBe(200);
  expect(gateway.faults).toEqual([]);
}

const lastEvent = () => (gateway.submissions.at(-1)!.stimulus as { event: CustomerEvent }).event;

describe('bodies', () => {
  it.each<[string, string, number, ErrorCode]>([
    ['nothing', '', 400, 'invalid_json'],
    ['text', 'hello', 400, 'invalid_json'],
    ['half an object', '{"userId":"u"', 400, 'invalid_json'],
    ['two objects', '{}{}', 400, 'invalid_json'],
    ['NaN', '{"userId":NaN}', 400, 'invalid_json'],
    ['a list', '[]', 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['a number', '1', 400, 'invalid_request'],
    ['10,000 lists', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'invalid_request'],
    [
      '5,000 objects',
      `{"userId":"u","event":"E","properties":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
      400,
      'invalid_event',
    ],
  ])('of %s are answered', async (_, body, status, code) => {
    const answer = await gateway.post('/v1/track', body);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    await expectAlive();
  });

  it('may begin with a byte order mark', async () => {
    for (const headers of [write, { ...write, 'content-encoding': 'gzip' }]) {
      const marked = Buffer.from(`\ufeff${GOOD}`);
      const body = headers === write ? marked : gzipSync(marked);
      expect((await gateway.post('/v1/track', body, headers)).status).toBe(200);
    }
    for (const body of ['\ufeff', `\ufeff\ufeff${GOOD}`, '\ufeff'.repeat(10_000)]) {
      const answer = await gateway.post('/v1/track', body);
      expect([answer.status, answer.json.error.code]).toEqual([400, 'invalid_json']);
    }
  });

  it('that are no UTF-8 are refused, those that say U+FFFD are not', async () => {
    for (const bytes of ['ff', 'c3', 'eda080', 'c0af', 'f8']) {
      const body = Buffer.from(GOOD.replace('"u"', '"u?"'));
      const wrong = Buffer.concat([
        body.subarray(0, body.indexOf('?')),
        Buffer.from(bytes, 'hex'),
        body.subarray(body.indexOf('?') + 1),
      ]);
      const answer = await gateway.post('/v1/track', wrong);
      expect(answer.status).toBe(400);
      expect(answer.json.error).toEqual({
        code: 'invalid_json',
        message: 'The body is not valid UTF-8.',
      });
    }
    expect(gateway.submissions).toHaveLength(0);
    await gateway.post('/v1/track', GOOD.replace('"u"', '"\ufffd\u5317"'));
    expect(gateway.submissions.at(-1)!.customerId).toBe('\ufffd\u5317');
  });

  it('nested 10,000 deep inside a batch spoil only their event', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const body = `{"batch":[{"type":"page","userId":"u","properties":${deep}},{"type":"page","userId":"u"}]}`;
    const answer = await gateway.post('/v1/batch', body);
    expect(answer.status).toBe(200);
    expect(answer.json.results[0].error.code).toBe('invalid_event');
    expect(answer.json.results[1].messageId).toBeDefined();
    await expectAlive();
  });

  it('with polluting keys change nothing but their event', async () => {
    const body =
      '{"userId":"u","event":"E","__proto__":{"event":"x"},"properties":{"__proto__":{"polluted":1},' +
      '"constructor":{"prototype":{"polluted":1}},"hasOwnProperty":1,"a":1}}';
    expect((await gateway.post('/v1/track', body)).status).toBe(200);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const { properties } = lastEvent();
    expect(Object.keys(properties)).toEqual(['constructor', 'hasOwnProperty', 'a']);
    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
    const typed = await gateway.post(
      '/v1/batch',
      '{"batch":[{"type":"constructor","userId":"u"}]}',
    );
    expect(typed.json.results[0].error.path).toBe('batch[0].type');
  });

  it('take the last of duplicate keys', async () => {
    await gateway.post('/v1/track', '{"userId":"a","userId":"b","event":"E"}');
    expect(gateway.submissions.at(-1)!.customerId).toBe('b');
  });

  it('lose numbers that are none, the sign of nothing, and lone surrogates', async () => {
    const body =
      '{"userId":"u\\ud800","event":"E\\udc00","properties":{"a":1e999,"b":[-1e999,2,-0],"n":-0.0,' +
      '"k\\ud800":"v\\udfff","fine":"\\ud83d\\ude00"}}';
    expect((await gateway.post('/v1/track', body)).status).toBe(200);
    expect(gateway.submissions.at(-1)!.customerId).toBe('u\ufffd');
    expect(lastEvent().name).toBe('E\ufffd');
    expect(lastEvent().properties).toEqual({
      a: null,
      b: [null, 2, 0],
      n: 0,
      'k\ufffd': 'v\ufffd',
      fine: '😀',
    });
  });

  it('of more than 32 KB are 400 event_too_large, those of 32 KB are not', async () => {
    const sized = (bytes: number) => {
      const shell = JSON.stringify({ userId: 'u', event: 'E', properties: { x: '' } });
      return shell.replace('""', `"${'x'.repeat(bytes - shell.length)}"`);
    };
    expect((await gateway.post('/v1/track', sized(32_768))).status).toBe(200);
    const answer = await gateway.post('/v1/track', sized(32_769));
    expect([answer.status, answer.json.error.code]).toEqual([400, 'event_too_large']);
    expect(gateway.rejections).toMatchObject([{ code: 'event_too_large' }]);
    const decide = await gateway.post('/v1/decide', sized(40_000));
    expect([decide.status, decide.json.error.code]).toEqual([413, 'body_too_large']);
  });

  it('of more than 500 KB are 400 batch_too_large, by declared length and by count', async () => {
    const event = { type: 'page', userId: 'u', properties: { x: 'x'.repeat(20_000) } };
    const body = (n: number) => JSON.stringify({ batch: Array.from({ length: n }, () => event) });
    expect((await gateway.post('/v1/batch', body(25))).json.results).toHaveLength(25);
    const declared = await gateway.post('/v1/batch', body(26));
    expect([declared.status, declared.json.error.code]).toEqual([400, 'batch_too_large']);
    const chunked = await fetch(`${gateway.url}/v1/batch`, {
      method: 'POST',
      headers: write,
      body: new Blob([body(200)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(400);
    expect(((await chunked.json()) as { error: { code: string } }).error.code).toBe(
      'batch_too_large',
    );
    await expectAlive();
  });
});

describe('gzip', () => {
  const gzip = { ...write, 'content-encoding': 'gzip' };

  it('is read whatever the content type says', async () => {
    const answer = await gateway.post('/v1/track', gzipSync(GOOD), {
      ...gzip,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['broken', Buffer.from('not gzip at all'), 400, 'invalid_json'],
    ['cut', gzipSync(GOOD).subarray(0, 20), 400, 'invalid_json'],
    ['not JSON inside', gzipSync('x'), 400, 'invalid_json'],
  ])('that is %s is refused', async (_, body, status, code) => {
    const answer = await gateway.post('/v1/track', body, gzip);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });

  it('bombs stop at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(500 * 1024);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10; i++) {
      const answer = await gateway.post('/v1/batch', bomb, gzip);
      expect([answer.status, answer.json.error.code]).toEqual([400, 'batch_too_large']);
    }
    // The bomb itself is in this process too; what it inflates to would be 400 MB each.
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    await expectAlive();
  });

  it('is the only other encoding', async () => {
    const answer = await gateway.post('/v1/track', GOOD, { ...write, 'content-encoding': 'br' });
    expect([answer.status, answer.json.error.code]).toEqual([415, 'unsupported_encoding']);
  });
});
