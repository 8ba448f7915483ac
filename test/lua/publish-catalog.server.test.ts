import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RedisPublications } from '../../src/catalog/redis-publications.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4);

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let publications: RedisPublications;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  publications = new RedisPublications(connection, keys);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const files = (text: string) => [{ path: 'deep/a.yaml', text }];

describe('publish-catalog.lua', () => {
  it('numbers publications, and gives back what was published', async () => {
    expect(await publications.latest()).toBe(0);
    expect(await publications.read()).toBeNull();
    const text = 'catalog: t # «é»\n';
    expect(await publications.publish(files(text), 'h1')).toEqual({
      ...{ kind: 'published', publication: 1 },
    });
    expect(await publications.read()).toEqual({ publication: 1, hash: 'h1', files: files(text) });
    expect(await publications.publish(files('b'), 'h2')).toMatchObject({ publication: 2 });
    expect(await publications.latest()).toBe(2);
  });

  it('changes nothing when the content is current already', async () => {
    await publications.publish(files('a'), 'h1');
    expect(await publications.publish(files('a again'), 'h1')).toEqual({
      ...{ kind: 'unchanged', publication: 1 },
    });
    expect((await publications.read())?.files).toEqual(files('a'));
  });

  it('numbers an earlier content anew when it comes back', async () => {
    await publications.publish(files('a'), 'h1');
    await publications.publish(files('b'), 'h2');
    expect(await publications.publish(files('a'), 'h1')).toMatchObject({ publication: 3 });
  });

  it('gives two who publish at once two numbers', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => publications.publish(files(`${i}`), `h${i % 10}`)),
    );
    const published = outcomes.filter((outcome) => outcome.kind === 'published');
    expect(new Set(published.map((outcome) => outcome.publication)).size).toBe(published.length);
    expect(await publications.latest()).toBe(published.length);
  });

  it('keeps to the keys of the catalog', async () => {
    await publications.publish(files('a'), 'h1');
    expect(await admin.keys('*')).toEqual([keys.catalog('current')]);
    expect(await admin.ttl(keys.catalog('current'))).toBe(-1);
  });
});
