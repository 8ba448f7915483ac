import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../src/errors.ts';
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
