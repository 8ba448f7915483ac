import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callNames } from '../../src/compose/call-names.ts';
import { SetupFault } from '../../src/errors.ts';
import { DEFAULT_IDENTIFIERS } from '../../src/model/identity.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { CODEC_VERSION } from '../../src/state/codec-version.ts';
import {
  claimDeployment,
  clockOffsetMs,
  evictionWarning,
  namesSecret,
} from '../../src/state/deployment.ts';
import { waitFor } from '../support/conditions.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

describe('a deployment', () => {
  it('keeps the partition count of its first start', async () => {
    await claimDeployment(connection, new Keys('p:', 64));
    await claimDeployment(connection, new Keys('p:', 64));
    const other = claimDeployment(connection, new Keys('p:', 32));
    await expect(other).rejects.toThrow(SetupFault);
    await expect(other).rejects.toThrow(/^[^\n]*PARTITIONS=64[^\n]*32[^\n]*$/);
  });

  it('is told apart by prefix', async () => {
    await claimDeployment(connection, new Keys('a:', 64));
    await claimDeployment(connection, new Keys('b:', 32));
  });

  it('is claimed once by many that start together', async () => {
    const claims = [8, 16, 8, 16, 8].map((n) => claimDeployment(connection, new Keys('p:', n)));
    const results = await Promise.allSettled(claims);
    const winner = Number(await admin.hget('p:deployment', 'partitions'));
    expect(results.map((result) => result.status)).toEqual(
      [8, 16, 8, 16, 8].map((n) => (n === winner ? 'fulfilled' : 'rejected')),
    );
  });

  it('has one secret for names, also one that is older than it, whoever asks first', async () => {
    const keys = new Keys('p:', 64);
    await claimDeployment(connection, keys);
    const asked = await Promise.all([1, 2, 3, 4].map(() => namesSecret(connection, keys)));
    const secrets = new Set([...asked, await namesSecret(connection, keys)].map(String));
    expect(secrets.size).toBe(1);
    expect(asked[0]).toHaveLength(32);
    const other = await namesSecret(connection, new Keys('q:', 64));
    expect(other.equals(asked[0]!)).toBe(false);
  });

  it('keeps that secret, or agrees on another, when Redis has lost it', async () => {
    const keys = new Keys('p:', 64);
    const version = { identifiers: DEFAULT_IDENTIFIERS, country: 'CN' };
    const source = { current: () => version } as never;
    const [first, second] = [
      await callNames({ connection, keys }, source),
      await callNames({ connection, keys }, source),
    ];
    const id = first.idOf('phone:13800138000');
    const cut = async (field: string | null) => {
      await admin.flushall();
      if (field !== null) await admin.hset('p:deployment', 'names_secret', field);
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    };
    await cut(null);
    await waitFor(
      'the secret',
      async () => (await admin.hexists('p:deployment', 'names_secret')) === 1,
    );
    expect(second.idOf('phone:13800138000')).toBe(id);
    await cut(Buffer.alloc(32).toString('base64'));
    await waitFor('agreement', () => first.idOf('phone:13800138000') !== id);
    await waitFor('agreement', () => second.idOf('phone:13800138000') !== id);
    expect(second.idOf('phone:13800138000')).toBe(first.idOf('phone:13800138000'));
  });

  it('marks data of an older state format as its own, which the older one then refuses', async () => {
    await claimDeployment(connection, new Keys('p:', 64));
    await admin.hset('p:deployment', 'codec', '1');
    await claimDeployment(connection, new Keys('p:', 64));
    expect(await admin.hget('p:deployment', 'codec')).toBe(String(CODEC_VERSION));
  });

  it('refuses data of a newer state format', async () => {
    await claimDeployment(connection, new Keys('p:', 64));
    await admin.hset('p:deployment', 'codec', '999');
    await expect(claimDeployment(connection, new Keys('p:', 64))).rejects.toThrow(SetupFault);
  });
});

describe('a Redis that is full', () => {
  afterEach(async () => {
    await admin.config('SET', 'maxmemory', '0');
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('is warned of where it throws data away', async () => {
    expect(await evictionWarning(connection)).toBeNull();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    // Without a limit it is never full.
    expect(await evictionWarning(connection)).toBeNull();
    await admin.config('SET', 'maxmemory', '1gb');
    expect(await evictionWarning(connection)).toMatch(/allkeys-lru.*set it to noeviction$/);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await evictionWarning(connection)).toBeNull();
  });
});

describe('the clock', () => {
  it('is compared with the one of Redis', async () => {
    expect(Math.abs(await clockOffsetMs(connection, Date.now))).toBeLessThan(500);
    const late = await clockOffsetMs(connection, () => Date.now() - 5_000);
    expect(Math.abs(late - 5_000)).toBeLessThan(500);
  });
});
