import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import type { CommitCall } from '../../src/redis/commit-call.ts';
import { CommitScript } from '../../src/redis/commit-script.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { call, customerKey, partition, seenKey, text, value } from './commit-call.ts';

const DAY_MS = 86_400_000;

const { source } = loadScript('commit');
const bytesOf = (value: string) => Buffer.from(value, 'latin1');
const hash = (n: number) => Buffer.from([0, 1, 2, 255, 128, 10, 13, n]);
const spill = (n: number, atMs: number) => {
  const score = Buffer.alloc(8);
  score.writeDoubleBE(atMs);
  return Buffer.concat([hash(n), score]);
};
let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let script: CommitScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script = new CommitScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const noted = vi.fn();
const run = (what: CommitCall) => script.run(what, (answer) => answer, noted);

/** Everything in Redis, to show that a refusal wrote nothing. */
async function contents() {
  return {
    customer: await admin.getBuffer(customerKey),
    ledger: await admin.xrange(partition.ledger, '-', '+'),
    position: await admin.get(partition.position),
    seen: await admin.zrangeBuffer(seenKey, '0', '-1', 'WITHSCORES'),
  };
}

describe('commit.lua', () => {
  it('renews the expiry only where one is given', async () => {
    const following = (expected: string, next: string, expiryMs: number | null) =>
      run(call({ expectedEtag: expected, value: text(value(next, 1, 'x')), expiryMs }));
    await following('', 'etag0001', 60_000);
    expect(await following('etag0001', 'etag0002', null)).toMatchObject({ kind: 'committed' });
    const kept = await admin.pttl(customerKey);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(60_000);
    await following('etag0002', 'etag0003', 120_000);
    expect(await admin.pttl(customerKey)).toBeGreaterThan(60_000);
  });

  it('writes state and records together, with gapless ids and an expiry', async () => {
    expect(await run(call({ records: ['a', 'b'] }))).toEqual({
      kind: 'committed',
      lastRecord: 2,
    });
    const next = call({
      expectedEtag: 'ÿ\u0000etag01',
      value: text(value('etag-002', 1, 'second')),
    });
    expect(await run(next)).toEqual({ kind: 'committed', lastRecord: 3 });
    expect(await contents()).toEqual({
      customer: bytesOf(next.value),
      ledger: [
        ['1-0', ['r', 'a']],
        ['2-0', ['r', 'b']],
        ['3-0', ['r', 'r1']],
      ],
      position: '3',
      seen: [],
    });
    const expiry = await admin.pttl(customerKey);
    expect(expiry).toBeGreaterThan(50_000);
    expect(expiry).toBeLessThanOrEqual(60_000);
  });

  it('answers a conflict with the fresh value and writes nothing', async () => {
    await run(call());
    const before = await contents();
    for (const expectedEtag of ['', 'etag-999']) {
      expect(await run(call({ expectedEtag, value: text(value('etag-003', 1, 'x')) }))).toEqual({
        kind: 'conflict',
        value: bytesOf(call().value),
      });
    }
    expect(await contents()).toEqual(before);
  });

  it('answers a conflict with nothing where the value expired', async () => {
    expect(await run(call({ expectedEtag: 'etag-001' }))).toEqual({
      kind: 'conflict',
      value: Buffer.alloc(0),
    });
    expect((await contents()).position).toBe(null);
  });

  it('answers moved for a forward and writes nothing', async () => {
    await admin.set(customerKey, value('etag-fwd', 0, 'käthe'));
    const before = await contents();
    expect(await run(call({ expectedEtag: 'etag-001' }))).toEqual({
      kind: 'moved',
      to: 'käthe',
    });
    expect(await run(call())).toEqual({ kind: 'moved', to: 'käthe' });
    expect(await contents()).toEqual(before);
  });

  it('answers ledger_full at the bound and writes nothing', async () => {
    await run(call({ ledgerMax: 1 }));
    const before = await contents();
    expect(await run(call({ ledgerMax: 1, expectedEtag: 'ÿ\u0000etag01' }))).toEqual({
      kind: 'ledger_full',
    });
    expect(await contents()).toEqual(before);
  });

  it('spills hashes with an expiry, drops those past their time, and answers which were seen', async () => {
    const spilled = Buffer.concat([spill(1, 5_000), spill(2, 900), spill(3, 6_000)]);
    await run(call({ spilled }));
    expect(await admin.zrangeBuffer(seenKey, '0', '-1')).toEqual([hash(1), hash(3)]);
    const expiry = await admin.pttl(seenKey);
    expect(expiry).toBeGreaterThan(DAY_MS - 10_000);
    expect(expiry).toBeLessThanOrEqual(DAY_MS);
    const before = await contents();
    const again = call({
      expectedEtag: 'ÿ\u0000etag01',
      asked: Buffer.concat([hash(9), hash(3), hash(2), hash(1)]),
    });
    expect(await run(again)).toEqual({
      kind: 'seen',
      value: bytesOf(call().value),
      indexes: [1, 3],
    });
    expect(await contents()).toEqual(before);
  });

  it('commits when none of the asked messages was seen, or only too long ago', async () => {
    await run(call({ spilled: spill(1, 5_000) }));
    const next = call({
      expectedEtag: 'ÿ\u0000etag01',
      asked: Buffer.concat([hash(1), hash(2)]),
      seenAfterMs: 5_000,
    });
    expect(await run(next)).toEqual({ kind: 'committed', lastRecord: 2 });
  });

  it('takes as many spilled hashes as a state can hold', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => {
      const entry = spill(0, 5_000 + i);
      entry.writeUInt32BE(i, 0);
      return entry;
    });
    await run(call({ spilled: Buffer.concat(many) }));
    expect(await admin.zcard(seenKey)).toBe(3_000);
  });

  it('commits after Redis lost the script', async () => {
    await admin.script('FLUSH');
    expect(await run(call())).toEqual({ kind: 'committed', lastRecord: 1 });
  });

  it('is unavailable, and writes nothing, when Redis is full', async () => {
    await run(call());
    const before = await contents();
    await admin.config('SET', 'maxmemory', '1');
    try {
      await expect(run(call({ expectedEtag: 'ÿ\u0000etag01' }))).rejects.toThrow(Unavailable);
    } finally {
      await admin.config('SET', 'maxmemory', '0');
    }
    expect(await contents()).toEqual(before);
  });

  it.each([
    ['with the ledger', null, null],
    ['with the ledger, and began again', '5', null],
    ['alone', null, '20-0'],
    ['alone, and began again', '5', '20-0'],
  ])('answers torn, and writes nothing, where the position was lost %s', async (_, at, last) => {
    if (at !== null) await admin.set(partition.position, at);
    if (last !== null) await admin.xadd(partition.ledger, last, 'r', 'a record');
    await admin.set(partition.marked, '20');
    const before = await contents();
    for (const asked of [null, hash(1)]) {
      expect(await run(call({ records: ['a', 'b'], asked }))).toEqual({ kind: 'torn' });
    }
    expect(await contents()).toEqual(before);
  });

  it('commits at the mark, and beyond it while the ledger is empty', async () => {
    await admin.mset(partition.position, '20', partition.marked, '20');
    expect(await run(call())).toEqual({ kind: 'committed', lastRecord: 21 });
    await admin.xtrim(partition.ledger, 'MAXLEN', 0);
    const next = call({ expectedEtag: 'ÿ\u0000etag01', value: text(value('etag-002', 1, 'x')) });
    expect(await run(next)).toEqual({ kind: 'committed', lastRecord: 22 });
  });

  const rest = ['60000', '10', '1000'];
  it.each<[string, (string | Buffer)[]]>([
    ['no records', []],
    ['no records, but another section', ['asked', '1', hash(1)]],
    ['an unknown section', ['records', '1', 'a', 'gone', '1', 'x']],
    ['an unknown section in front', ['gone', '1', 'x', 'records', '1', 'a']],
    ['more items than there are', ['records', '2', 'a']],
    ['fewer items than there are', ['records', '1', 'a', 'b']],
    ['a section twice', ['records', '1', 'a', 'records', '1', 'b']],
    ['a name alone', ['records', '1', 'a', 'asked']],
    ['half of a spilled message', ['records', '1', 'a', 'spilled', '1', '5']],
    ...['0', '-1', '0.5', '', 'x', 'nan', 'inf', '1e300'].map((count): [string, string[]] => [
      `${count || 'none'} as a count`,
      ['records', count, 'a'],
    ]),
  ])('answers malformed, and writes nothing, for %s', async (_, sections) => {
    await run(call());
    const before = await contents();
    const keysOfCall = [customerKey, partition.ledger, partition.position, seenKey];
    const given = [...keysOfCall, partition.marked, 'ÿ\u0000etag01', 'a value', ...rest];
    const args = given.map((one) => Buffer.from(one, 'latin1'));
    expect(await admin.eval(source, 5, ...args, ...sections)).toEqual([6]);
    expect(await contents()).toEqual(before);
  });

  it('takes sections in any order', async () => {
    const given = [customerKey, partition.ledger, partition.position, seenKey, partition.marked];
    const sections = [
      'spilled',
      '2',
      '5000',
      hash(1),
      'records',
      '2',
      'a',
      'b',
      'asked',
      '1',
      hash(2),
    ];
    expect(await admin.eval(source, 5, ...given, '', 'a value', ...rest, ...sections)).toBe(2);
    expect((await contents()).seen).toEqual([hash(1), Buffer.from('5000')]);
  });

  it('says when something is due for the customer, beside grants and what was seen, or never', async () => {
    const entries = () => admin.zrange(partition.timers, '0', '-1', 'WITHSCORES');
    const due = (atMs: number) => ({ due: { customerId: 'u1', atMs } });
    await run(call(due(5_000)));
    expect(await entries()).toEqual(['u1', '5000']);
    const next = { expectedEtag: 'ÿ\u0000etag01', value: text(value('etag0002', 1, 'x')) };
    await run(call({ ...next, asked: hash(1), ...due(6_000) }));
    expect(await entries()).toEqual(['u1', '6000']);
    // A conflict says nothing.
    await run(call({ ...next, ...due(7_000) }));
    expect(await entries()).toEqual(['u1', '6000']);
    const last = { expectedEtag: 'etag0002', value: text(value('etag0003', 1, 'x')) };
    await admin.hset(partition.budgets, 'gift|g', '10 5 0 0');
    const granted = { ...last, grants: ['gift|g 1 10'], ...due(Number.POSITIVE_INFINITY) };
    expect(await run(call(granted))).toMatchObject({ kind: 'committed' });
    expect(await entries()).toEqual([]);
    expect(await admin.hget(partition.budgets, 'gift|g')).toBe('10 5 1 0');
  });

  it('takes no commit without records', async () => {
    noted.mockClear();
    await expect(run(call({ records: [] }))).rejects.toThrow(TypeError);
    expect(noted).toHaveBeenCalledOnce();
    expect((await contents()).customer).toBe(null);
  });

  it('looks up and spills in one call, and commits runs of any number of records', async () => {
    await run(call({ spilled: Buffer.concat([spill(1, 5_000), spill(2, 6_000)]) }));
    const both = call({
      ...{ expectedEtag: 'ÿ\u0000etag01', asked: Buffer.concat([hash(3), hash(4)]) },
      ...{ spilled: spill(5, 1_795_000_000_123), value: text(value('etag-002', 1, 'x')) },
    });
    expect(await run(both)).toEqual({ kind: 'committed', lastRecord: 2 });
    const scores = [hash(1), '5000', hash(2), '6000', hash(5), '1795000000123'];
    expect((await contents()).seen).toEqual(scores.map((one) => Buffer.from(one)));
    const records = Array.from({ length: 300 }, (_, i) => `r${i}`);
    const many = call({ expectedEtag: 'etag-002', records, ledgerMax: 1_000 });
    expect(await run(many)).toEqual({ kind: 'committed', lastRecord: 302 });
    expect((await contents()).ledger.at(-1)).toEqual(['302-0', ['r', 'r299']]);
  });
});
