import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { done, type RunningGateway, raw, startTestGateway, WRITE_KEY } from './running-gateway.ts';

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

const AUTH = `Authorization: Bearer ${WRITE_KEY}\r\n`;
const GOOD = '{"userId":"u","event":"E"}';
const head = (length: number | string, more = '') =>
  `POST /v1/track HTTP/1.1\r\nHost: x\r\n${AUTH}${more}Content-Length: ${length}\r\n\r\n`;

async function expectAlive(): Promise<void> {
  expect((await gateway.post('/v1/track', GOOD)).status).toBe(200);
  expect(gateway.faults).toEqual([]);
}

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
        turnMsMax: 1_000,
        bodyDeadlineMs: 2_000,
        bodyBytesInFlightMax: 100_000,
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
