// The published versions of the catalog on a real Redis, beside a build from before there were any.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalogFiles } from '../../src/catalog/catalog-files.ts';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisSnapshots } from '../../src/snapshots/redis-snapshots.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const keys = new Keys('t:', 4).snapshots('catalog');
const AT_MS = 1_767_225_600_000;

let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let versions: RedisSnapshots<readonly SourceFile[]>;
let nowMs = AT_MS;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  versions = new RedisSnapshots(connection, keys, catalogFiles, () => nowMs);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(async () => {
  nowMs = AT_MS;
  await admin.flushall();
});

const files = (text: string) => [{ path: 'deep/a.yaml', text }];
const publish = (text: string, hash: string, more = {}) =>
  versions.publish({ content: files(text), hash, name: `n-${hash}`, ...more });
const metaOf = (publication: number, hash: string, more = {}) => ({
  ...{ publication, hash, name: `n-${hash}`, publishedAtMs: AT_MS, author: '', note: '' },
  ...{ source: 'folder', rolledBackFrom: null, ...more },
});

/** What a build before there were versions does: `current` is all that it knows. */
async function publishAsBefore(text: string, hash: string): Promise<number> {
  const publication = await admin.hincrby(keys.current, 'publication', 1);
  await admin.hset(keys.current, { hash, source: JSON.stringify(files(text)) });
  return publication;
}

/** How such a build reads it. */
async function readAsBefore() {
  const [publication, hash, source] = await admin.hmget(
    keys.current,
    ...['publication', 'hash', 'source'],
  );
  return { publication: Number(publication), hash, files: JSON.parse(source!) };
}

describe('published versions', () => {
  it('are numbered, and given back as they were published', async () => {
    expect([await versions.latest(), await versions.read()]).toEqual([null, null]);
    expect(await versions.list()).toEqual({ versions: [], next: null });
    const text = 'catalog: t # «é»\n';
    const said = { author: 'ana', note: 'spring offers' };
    expect(await publish(text, 'h1', said)).toEqual({ kind: 'published', publication: 1 });
    expect(await versions.read()).toEqual({ publication: 1, hash: 'h1', content: files(text) });
    expect(await publish('b', 'h2')).toEqual({ kind: 'published', publication: 2 });
    expect(await versions.latest()).toEqual({ publication: 2, hash: 'h2' });
    expect(await versions.version(1)).toEqual(metaOf(1, 'h1', said));
    expect([await versions.version(0), await versions.version(3)]).toEqual([null, null]);
    expect(await versions.content('h1')).toEqual(files(text));
    expect(await versions.content('h3')).toBeNull();
  });

  it('change nothing when the content is current already', async () => {
    await publish('a', 'h1');
    expect(await publish('a again', 'h1')).toEqual({ kind: 'unchanged', publication: 1 });
    expect((await versions.read())?.content).toEqual(files('a'));
  });

  it('refuse to follow another one than the publisher has seen', async () => {
    await publish('a', 'h1', { expectedPublication: 0 });
    const late = await publish('b', 'h2', { expectedPublication: 0 });
    expect(late).toEqual({ kind: 'conflict', publication: 1 });
    const again = await publish('b', 'h2', { expectedPublication: 1 });
    expect(again).toEqual({ kind: 'published', publication: 2 });
  });

  it('say how they came to be', async () => {
    await publish('a', 'h1');
    await publish('b', 'h2', { source: 'http' });
    const rolledBackFrom = { publication: 2, hash: 'h2' };
    await publish('a', 'h1', { source: 'rollback', rolledBackFrom });
    expect((await versions.list()).versions).toEqual([
      metaOf(3, 'h1', { source: 'rollback', rolledBackFrom }),
      metaOf(2, 'h2', { source: 'http' }),
      metaOf(1, 'h1'),
    ]);
  });

  it('tell which content came from a folder last', async () => {
    expect(await versions.lastFromFolder()).toBeNull();
    await publish('a', 'h1', { source: 'http' });
    expect(await versions.lastFromFolder()).toBeNull();
    await publish('b', 'h2', { source: 'folder' });
    for (const source of ['http', 'shell', 'rollback']) await publish(source, source, { source });
    expect(await versions.lastFromFolder()).toBe('h2');
    // Offered by a folder, though there already.
    await publish('rollback', 'rollback', { source: 'folder' });
    expect(await versions.lastFromFolder()).toBe('rollback');
  });

  it('are listed newest first, by pages', async () => {
    const hashes = ['h1', 'h2', 'h3', 'h2', 'h5'];
    for (const hash of hashes) await publish(hash, hash);
    const all = hashes.map((hash, i) => metaOf(i + 1, hash)).reverse();
    expect(await versions.list()).toEqual({ versions: all, next: null });
    const first = await versions.list(null, 2);
    expect(first).toEqual({ versions: all.slice(0, 2), next: 4 });
    expect(await versions.list(first.next, 3)).toEqual({ versions: all.slice(2), next: null });
    expect(await admin.hlen(keys.contents)).toBe(4);
  });

  it('get a number each when they are published at once, and are read whole', async () => {
    const published = Promise.all(
      Array.from({ length: 20 }, (_, i) => publish(`text of h${i % 10}`, `h${i % 10}`)),
    );
    const reads = Promise.all(Array.from({ length: 20 }, () => versions.read()));
    const numbers = (await published).flatMap(({ kind, publication }) =>
      kind === 'published' ? [publication] : [],
    );
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(await versions.latest()).toMatchObject({ publication: numbers.length });
    const listed = (await versions.list()).versions.map(({ publication }) => publication);
    expect(listed).toEqual(numbers.sort((a, b) => b - a));
    for (const read of await reads) {
      if (read === null) continue;
      expect(read.content).toEqual(files(`text of ${read.hash}`));
      expect(await versions.version(read.publication)).toMatchObject({ hash: read.hash });
    }
  });
});

describe('side by side with a build that knows of no versions', () => {
  it('what it published before has its entry with the first publishing', async () => {
    await publishAsBefore('a', 'h0');
    await publishAsBefore('catalog: old\n', 'h1');
    expect(await publish('catalog: old\n', 'h1')).toEqual({ kind: 'unchanged', publication: 2 });
    nowMs += 1_000;
    expect(await publish('b', 'h3')).toEqual({ kind: 'published', publication: 3 });
    expect((await versions.list()).versions).toEqual([
      metaOf(3, 'h3', { publishedAtMs: AT_MS + 1_000 }),
      metaOf(2, 'h1', { name: 'old' }),
    ]);
    expect(await versions.content('h1')).toEqual(files('catalog: old\n'));
  });

  it('an entry from before it was said where a version came from is read', async () => {
    await publish('a', 'h1', { source: 'http' });
    const { source: _, rolledBackFrom: __, publication: ___, ...entry } = metaOf(1, 'h1');
    await admin.hset(keys.versions, 1, JSON.stringify(entry));
    expect(await versions.version(1)).toEqual(metaOf(1, 'h1'));
  });

  it('what it publishes later is noticed by whoever lists or publishes', async () => {
    await publish('a', 'h1');
    await publishAsBefore('catalog: old', 'h2');
    expect((await versions.list()).versions).toEqual([
      metaOf(2, 'h2', { name: 'old' }),
      metaOf(1, 'h1'),
    ]);
    await publishAsBefore('no map: [', 'h3');
    const outcome = await publish('d', 'h4', { expectedPublication: 3 });
    expect(outcome).toEqual({ kind: 'published', publication: 4 });
    expect(await versions.version(3)).toEqual(metaOf(3, 'h3', { name: '' }));
  });

  it('it reads what is published here, and publishes on', async () => {
    await publish('a', 'h1');
    expect(await readAsBefore()).toEqual({ publication: 1, hash: 'h1', files: files('a') });
    expect(await publishAsBefore('b', 'h2')).toBe(2);
    expect(await versions.read()).toEqual({ publication: 2, hash: 'h2', content: files('b') });
    expect(await versions.lastFromFolder()).toBe('h2');
    await publish('a', 'h1', { source: 'http' });
    expect(await versions.lastFromFolder()).toBe('h2');
    expect(await readAsBefore()).toEqual({ publication: 3, hash: 'h1', files: files('a') });
  });
});
