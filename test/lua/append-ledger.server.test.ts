import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppendLedgerScript } from '../../src/redis/append-ledger-script.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const { ledger, position, marked } = new Keys('t:', 4).partition(1);

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let script: AppendLedgerScript;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script = new AppendLedgerScript(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const append = (records: string[], ledgerMax = 10) =>
  script.run({ ledgerKey: ledger, positionKey: position, markedKey: marked, ledgerMax, records });

describe('append-ledger.lua', () => {
  it('appends records with gapless ids, counted in the position', async () => {
    expect(await append(['a', 'b'])).toEqual({ kind: 'appended', lastRecord: 2 });
    expect(await append(['ć'])).toEqual({ kind: 'appended', lastRecord: 3 });
    expect(await admin.xrange(ledger, '-', '+')).toEqual([
      ['1-0', ['r', 'a']],
      ['2-0', ['r', 'b']],
      ['3-0', ['r', 'ć']],
    ]);
    expect(await admin.get(position)).toBe('3');
  });

  it('goes on counting after the ledger was trimmed', async () => {
    await append(['a', 'b']);
    await admin.xtrim(ledger, 'MAXLEN', 0);
    expect(await append(['c'])).toEqual({ kind: 'appended', lastRecord: 3 });
  });

  it('answers ledger_full at the bound and writes nothing', async () => {
    await append(['a', 'b'], 2);
    expect(await append(['c'], 2)).toEqual({ kind: 'ledger_full' });
    expect(await admin.xlen(ledger)).toBe(2);
    expect(await admin.get(position)).toBe('2');
  });

  it('answers torn, and writes nothing, where the position was lost', async () => {
    await admin.set(marked, '20');
    expect(await append(['a'])).toEqual({ kind: 'torn' });
    await admin.xadd(ledger, '9-0', 'r', 'a record');
    expect(await append(['a', 'b'])).toEqual({ kind: 'torn' });
    expect([await admin.get(position), await admin.xlen(ledger)]).toEqual([null, 1]);
  });

  it('answers malformed, and writes nothing, for other sections or another number of records', async () => {
    const { source } = loadScript('append-ledger');
    for (const sections of [
      ['records', '0'],
      ['records', '2', 'a'],
      ['records', '1', 'a', 'b'],
      ['gone', '1', 'a'],
      ['records'],
      [],
    ]) {
      expect(await admin.eval(source, 3, ledger, position, marked, '10', ...sections)).toBe(-2);
    }
    await expect(append([])).rejects.toThrow(TypeError);
    expect(await admin.keys('*')).toEqual([]);
  });
});
