import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/errors.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import {
  done,
  type RunningGateway,
  raw,
  startTestGateway,
  WRITE_KEY,
  write,
} from './running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    limits: {
      inFlightMax: 4_096,
      bodyDeadlineMs: 400,
      bodyBytesInFlightMax: 64 * 1024 * 1024,
      keyRateMax: 0,
    },
  });
});
afterAll(() => gateway.stop(1_000));
beforeEach(() => {
  gateway.submissions.length = 0;
  gateway.rejections.length = 0;
  gateway.answer = (submission) => done(submission);
});

const AUTH = `Authorization: Bearer ${WRITE_KEY}\r\n`;
const GOOD = '{"userId":"u","event":"E"}';
const head = (length: number | string, more = '') =>
  `POST /v1/track HTTP/1.1\r\nHost: x\r\n${AUTH}${more}Content-Length: ${length}\r\n\r\n`;

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
    expect(lastEvent().customerId).toBe('b');
  });

  it('lose numbers that are none, and lone surrogates', async () => {
    const body =
      '{"userId":"u\\ud800","event":"E\\udc00","properties":{"a":1e999,"b":[-1e999,2],' +
      '"k\\ud800":"v\\udfff","fine":"\\ud83d\\ude00"}}';
    expect((await gateway.post('/v1/track', body)).status).toBe(200);
    expect(lastEvent()).toMatchObject({ customerId: 'u\ufffd', name: 'E\ufffd' });
    expect(lastEvent().properties).toEqual({
      a: null,
      b: [null, 2],
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

describe('sockets', () => {
  it('that drip are told 408 and closed', async () => {
    const { text, closed } = await raw(gateway.port, [head(100), '{'], { ms: 3_000 });
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('request_timeout');
    expect(closed).toBe(true);
    await expectAlive();
  });

  it('that go away in mid-body leave nothing behind', async () => {
    for (let i = 0; i < 50; i++)
      await raw(gateway.port, [head(30_000), 'x'.repeat(1_000)], { ms: 5 });
    await expect
      .poll(async () => (await gateway.get('/metrics')).text)
      .toMatch(/proffer_gateway_body_bytes 0\n/);
    expect(gateway.submissions).toHaveLength(0);
    await expectAlive();
  });

  it('that go away before their answer do no harm', async () => {
    let open: () => void = () => {};
    gateway.answer = (s) =>
      new Promise((resolve) => {
        open = () => resolve(done(s));
      });
    await raw(gateway.port, [head(GOOD.length), GOOD], { ms: 100 });
    open();
    gateway.answer = (s) => done(s);
    await expectAlive();
  });

  it('may send a body in small pieces, or chunked', async () => {
    const pieces = [...GOOD];
    const piecewise = await raw(gateway.port, [head(GOOD.length), ...pieces], {
      until: '"decisions"',
    });
    expect(piecewise.text).toMatch(/^HTTP\/1\.1 200 /);
    const chunked = await raw(
      gateway.port,
      [
        `POST /v1/track HTTP/1.1\r\nHost: x\r\n${AUTH}Transfer-Encoding: chunked\r\n\r\n`,
        ...pieces.map((c) => `1\r\n${c}\r\n`),
        '0\r\n\r\n',
      ],
      { until: '"decisions"' },
    );
    expect(chunked.text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['both lengths', `${head(5, 'Transfer-Encoding: chunked\r\n')}0\r\n\r\n`],
    ['a negative length', `${head(-5)}hello`],
    ['a length that is none', `${head('5x')}hello`],
    [
      'a chunk size that is none',
      `POST /v1/track HTTP/1.1\r\nHost: x\r\n${AUTH}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    ['a method that is none', 'FOO /v1/track HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('with %s are closed', async (_, bytes) => {
    const { text, closed } = await raw(gateway.port, [bytes]);
    expect(closed).toBe(true);
    expect(text).not.toMatch(/^HTTP\/1\.1 200/);
    expect(gateway.submissions).toHaveLength(0);
    await expectAlive();
  });

  it('with huge or garbage heads do not get in', async () => {
    const huge = `POST /v1/track HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(1_000_000)}`;
    await raw(gateway.port, [huge], { ms: 500 });
    await raw(
      gateway.port,
      [Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 131) % 256))],
      {
        ms: 300,
      },
    );
    const many = Array.from({ length: 500 }, (_, i) => `X-${i}: y\r\n`).join('');
    await raw(gateway.port, [`GET /healthz HTTP/1.1\r\nHost: x\r\n${many}\r\n`], { ms: 300 });
    expect(gateway.submissions).toHaveLength(0);
    await expectAlive();
  });

  it('that pipeline behind an unanswered request are closed, and nothing is answered twice', async () => {
    let open: (() => void)[] = [];
    gateway.answer = (s) => new Promise((resolve) => open.push(() => resolve(done(s))));
    const one = head(GOOD.length) + GOOD;
    const { text, closed } = await raw(gateway.port, [one + one], { ms: 500 });
    for (const release of open) release();
    open = [];
    expect(closed).toBe(true);
    expect(text.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
    gateway.answer = (s) => done(s);
    await expectAlive();
  });

  it('that all hold bodies at once are refused past the bound', async () => {
    const small = await startTestGateway({
      limits: {
        inFlightMax: 100,
        bodyDeadlineMs: 2_000,
        bodyBytesInFlightMax: 100_000,
        keyRateMax: 0,
      },
    });
    const slow = Array.from({ length: 8 }, () =>
      raw(small.port, [head(30_000), 'x'.repeat(29_000)], { ms: 5_000, until: '}}' }),
    );
    const answers = await Promise.all(slow);
    const statuses = answers.map(({ text }) => text.slice(9, 12));
    expect(statuses.filter((s) => s === '503').length).toBeGreaterThanOrEqual(4);
    expect(statuses.every((s) => s === '503' || s === '408')).toBe(true);
    expect((await small.post('/v1/track', GOOD)).status).toBe(200);
    await small.stop(100);
  });
});

describe('whatever comes', () => {
  const paths = [
    '/v1/track',
    '/v1/identify',
    '/v1/group',
    '/v1/batch',
    '/v1/decide',
    '/v1/outcomes',
  ];
  const keys = fc.constantFrom(
    ...[
      'userId',
      'anonymousId',
      'event',
      'messageId',
      'timestamp',
      'sentAt',
      'properties',
      'batch',
    ],
    ...['traits', 'context', 'placements', 'limit', 'type', 'groupId', 'outcome', 'decisionId'],
    ...['__proto__', 'constructor', 'a.b', 'a', '', 'consent', 'categoryPreferences', 'toString'],
  );
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('track', 'page', 'Offer Viewed', 'u', '', '$page', 'web_popup', 'redeem'),
      fc.constantFrom('0001-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'never'),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('json'), { maxLength: 4 }),
      fc
        .array(fc.tuple(keys, tie('json')), { maxLength: 8 })
        .map((pairs) => Object.fromEntries(pairs)),
    ),
  }));

  const documented = (status: number, text: string): void => {
    const answer = JSON.parse(text);
    if (status === 200) {
      expect(answer).toBeTypeOf('object');
      return;
    }
    const code = answer.error.code as ErrorCode;
    expect(ERRORS[code].status).toBe(status);
    expect(text).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
  };

  it('as JSON has a documented answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.array(fc.tuple(keys, json), { maxLength: 8 }),
        async (path, pairs) => {
          const body = `{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`;
          const answer = await gateway.post(path, body);
          documented(answer.status, answer.text);
        },
      ),
      { numRuns: 400 },
    );
    await expectAlive();
  });

  it('as bytes has a documented answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.uint8Array({ maxLength: 200 }),
        fc.boolean(),
        async (path, bytes, zipped) => {
          const headers = zipped ? { ...write, 'content-encoding': 'gzip' } : write;
          const answer = await gateway.post(path, bytes, headers);
          documented(answer.status, answer.text);
        },
      ),
      { numRuns: 200 },
    );
    await expectAlive();
  });

  it('as a raw request never ends the process', async () => {
    const good = Buffer.from(head(GOOD.length) + GOOD, 'latin1');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(good.length),
        async (edits, cut) => {
          const bytes = Buffer.from(good);
          for (const [at, value] of edits) bytes[at] = value;
          await raw(gateway.port, [bytes.subarray(0, cut), bytes.subarray(cut)], {
            ms: 20,
            until: '}',
          });
        },
      ),
      { numRuns: 100 },
    );
    await expectAlive();
  });
});
