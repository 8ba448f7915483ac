import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { loadScript } from '../../src/redis/script.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4).snapshots('catalog');
const all = [keys.current, keys.versions, keys.contents];
const script = loadScript('publish-snapshot');

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  script.loadInto(connection);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => admin.flushall());

const publish = (hash: string, source: string, entry = 'entry', expected = '', folder = '0') =>
  script.run(connection, all, [hash, source, entry, expected, folder]);
const fromFolder = (hash: string) => publish(hash, hash, 'entry', '', '1');
const folderNow = () => admin.hmget(keys.current, 'folder', 'folderAt');
const PUBLISHED = script.status('published');
const UNCHANGED = script.status('unchanged');

describe('publish-snapshot.lua', () => {
  it('published: number, content and entry', async () => {
    expect(await publish('h1', 'a', 'first')).toEqual([PUBLISHED, 1]);
    expect(await publish('h2', 'b', 'second')).toEqual([PUBLISHED, 2]);
    expect(await admin.hgetall(keys.current)).toEqual({
      ...{ publication: '2', hash: 'h2', source: 'b', folder: '', folderAt: '2' },
    });
    expect(await admin.hgetall(keys.versions)).toEqual({ 1: 'first', 2: 'second' });
    expect(await admin.hgetall(keys.contents)).toEqual({ h1: 'a', h2: 'b' });
  });

  it('unchanged: the content is current already, whatever was expected', async () => {
    await publish('h1', 'a', 'first');
    expect(await publish('h1', 'a again', 'again')).toEqual([UNCHANGED, 1]);
    expect(await publish('h1', 'a', 'again', '0')).toEqual([UNCHANGED, 1]);
    expect(await admin.hgetall(keys.versions)).toEqual({ 1: 'first' });
    expect(await admin.hgetall(keys.contents)).toEqual({ h1: 'a' });
  });

  it('conflict: another number is current than the one expected', async () => {
    expect(await publish('h1', 'a', 'e', '1')).toEqual([script.status('conflict'), 0]);
    expect(await admin.keys('*')).toEqual([]);
    expect(await publish('h1', 'a', 'e', '0')).toEqual([PUBLISHED, 1]);
    expect(await publish('h2', 'b', 'e', '0')).toEqual([script.status('conflict'), 1]);
    expect(await publish('h2', 'b', 'e', '1')).toEqual([PUBLISHED, 2]);
  });

  it('unrecorded: an earlier build published what is current', async () => {
    await admin.hset(keys.current, { publication: 7, hash: 'h7', source: 'seven' });
    const answer = [script.status('unrecorded'), 7];
    expect(await publish('h8', 'eight')).toEqual(answer);
    expect(await publish('h7', 'seven')).toEqual(answer);
    expect(await admin.keys('*')).toEqual([keys.current]);
  });

  it('numbers an earlier content anew when it comes back, as it was written first', async () => {
    await publish('h1', 'a');
    await publish('h2', 'b');
    expect(await publish('h1', 'a # other comments')).toEqual([PUBLISHED, 3]);
    expect(await admin.hget(keys.current, 'source')).toBe('a');
    expect(await admin.hlen(keys.contents)).toBe(2);
  });

  it('remembers what came from a folder last, also when that was current already', async () => {
    await fromFolder('h1');
    await publish('h2', 'b');
    expect(await folderNow()).toEqual(['h1', '2']);
    expect(await fromFolder('h2')).toEqual([UNCHANGED, 2]);
    expect(await folderNow()).toEqual(['h2', '2']);
    expect(await publish('h2', 'b')).toEqual([UNCHANGED, 2]);
    expect(await folderNow()).toEqual(['h2', '2']);
  });

  it('takes what a build published that does not remember it for a folder', async () => {
    await fromFolder('h1');
    const asBefore = { publication: 2, hash: 'h2', source: 'b' };
    await admin.hset(keys.current, asBefore);
    await admin.hset(keys.versions, 2, 'entry');
    expect(await publish('h2', 'b')).toEqual([UNCHANGED, 2]);
    expect(await folderNow()).toEqual(['h2', '2']);
    await admin.hset(keys.current, { ...asBefore, publication: 3, hash: 'h3' });
    await admin.hset(keys.versions, 3, 'entry');
    await publish('h4', 'd');
    expect(await folderNow()).toEqual(['h3', '4']);
  });

  it('keeps to its keys, without expiry', async () => {
    await publish('h1', 'a');
    expect((await admin.keys('*')).sort()).toEqual([...all].sort());
    for (const key of all) expect(await admin.ttl(key)).toBe(-1);
  });
});
