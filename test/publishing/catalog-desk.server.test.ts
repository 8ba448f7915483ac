// The desk over a real Redis, with the thread that looks at catalogs.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalogFiles } from '../../src/catalog/catalog-files.ts';
import { readyCatalog } from '../../src/catalog/ready-catalog.ts';
import { bindingProgram } from '../../src/compose/bind-program.ts';
import { openCatalogDesk } from '../../src/compose/catalog-desk.ts';
import { readConfig } from '../../src/config.ts';
import { newCounters } from '../../src/engine/counters.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { atOnce } from '../../src/model/sliced.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { Opened } from '../../src/ops/opened.ts';
import type { CatalogSource } from '../../src/pipeline.ts';
import type { CatalogDesk, PublishRequest } from '../../src/publishing/publishing.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { RedisSnapshots } from '../../src/snapshots/redis-snapshots.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { seeded, testSeed } from '../support/seeded.ts';

const keys = new Keys('t:', 4);
const opened = new Opened();
/** Publications that were asked to be in force here. */
const followed: number[] = [];

let redis: PrivateRedis;
let admin: Redis;
let desk: CatalogDesk;
let store: RedisSnapshots<readonly { path: string; text: string }[]>;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
  await connection.ready();
  opened.add(() => connection.close());
  const inForce = { atLeast: (n: number) => followed.push(n) } as unknown as CatalogSource;
  const shed = createMetrics().counterBy('shed', 'Sent away.', 'reason');
  desk = openCatalogDesk(readConfig({}), { connection, keys }, inForce, shed, opened);
  store = new RedisSnapshots(connection, keys.snapshots('catalog'), catalogFiles, Date.now);
});
afterAll(async () => {
  await opened.close();
  await redis.stop();
});
beforeEach(async () => {
  followed.length = 0;
  await admin.flushall();
});

const textOf = (name: string) => `catalog: ${name}\n`;
const filesOf = (name: string) => [{ path: 'a.yaml', text: textOf(name) }];
const publish = (name: string, more: Partial<PublishRequest> = {}) =>
  desk.publish({
    ...{ files: filesOf(name), author: 'ana', note: '', expectedPublication: null },
    ...{ dryRun: false, force: false, ...more },
  });
const rollback = (publication: number | null = null, expectedPublication: number | null = null) =>
  desk.rollback({ publication, author: 'ben', note: 'back', expectedPublication });
const nameNow = async () => (await desk.current())?.name ?? null;

describe('publishing', () => {
  it('what is current changes nothing, also where its tests fail and it was forced', async () => {
    const failing =
      'placements: { p: {} }\noffers: { o: { treatments: { p: {} } } }\n' +
      'triggers: { t: { on: A, decide: p } }\n' +
      'tests: { t: { events: [{ A: {}, expect: { p: none } }] } }\n';
    const files = [{ path: 'a.yaml', text: textOf('bad') + failing }];
    expect(await publish('bad', { files })).toMatchObject({ kind: 'tests_failed' });
    const forced = await publish('bad', { files, force: true });
    expect(forced).toMatchObject({ kind: 'published', publication: 1, unchanged: false });
    for (const dryRun of [true, false]) {
      expect(await publish('bad', { files, dryRun })).toMatchObject({
        ...{ kind: 'published', publication: dryRun ? null : 1, unchanged: true },
        tests: { passed: 0, failed: 1 },
      });
    }
  });

  it('takes a catalog whole: numbered, in force here, readable for good', async () => {
    const first = await publish('one');
    expect(first).toMatchObject({ kind: 'published', publication: 1, unchanged: false });
    expect(followed).toEqual([1]);
    await publish('two', { note: 'spring' });
    expect(await desk.current()).toMatchObject({ name: 'two', author: 'ana', note: 'spring' });
    expect(await desk.version(1)).toMatchObject({ name: 'one', files: filesOf('one') });
    expect((await desk.versions(null)).map(({ source }) => source)).toEqual(['http', 'http']);
    expect((await desk.versions(2)).map(({ name }) => name)).toEqual(['one']);
    expect([await desk.version(3), await desk.diff(1, 3)]).toEqual([null, null]);
  });

  it('changes nothing where it is refused, foreseen, or there already', async () => {
    await publish('one');
    const refused = await publish('x', { files: [{ path: 'a.yaml', text: 'catalog: [' }] });
    expect(refused.kind).toBe('invalid');
    const foreseen = await publish('two', { dryRun: true });
    expect(foreseen).toMatchObject({ publication: null, unchanged: false });
    expect(await publish('one', { dryRun: true })).toMatchObject({ unchanged: true });
    expect(await publish('one')).toMatchObject({ publication: 1, unchanged: true });
    expect(await desk.versions(null)).toHaveLength(1);
  });

  it('of two at once that saw the same version, one is told of the other', async () => {
    await publish('one');
    const [a, b] = await Promise.all(
      ['two', 'three'].map((name) => publish(name, { expectedPublication: 1 })),
    );
    const kinds = [a!.kind, b!.kind].sort();
    expect(kinds).toEqual(['conflict', 'published']);
    const conflict = a!.kind === 'conflict' ? a : b;
    expect(conflict).toEqual({ kind: 'conflict', current: 2 });
    // Whoever expects nothing to be there, and does it again after a lost answer.
    expect(await publish('four', { expectedPublication: 0, dryRun: true })).toEqual(conflict);
    const winner = (await nameNow())!;
    const again = await publish(winner, { expectedPublication: 1 });
    expect(again).toMatchObject({ publication: 2, unchanged: true });
  });

  it('without expectations takes all that come at once, one after the other', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const outcomes = await Promise.all(names.map((name) => publish(name)));
    const numbers = outcomes.map((outcome) =>
      outcome.kind === 'published' ? outcome.publication : outcome.kind,
    );
    expect(numbers.sort()).toEqual([1, 2, 3, 4]);
    for (const { publication } of await desk.versions(null)) {
      const version = (await desk.version(publication))!;
      expect(version.files).toEqual(filesOf(version.name));
    }
  });
});

describe('going back', () => {
  it('is a new version with the earlier content, and says what it left', async () => {
    const one = await publish('one');
    await publish('two');
    expect(await rollback()).toEqual({ ...one, publication: 3 });
    expect(await desk.current()).toMatchObject({
      ...{ publication: 3, name: 'one', author: 'ben', note: 'back', source: 'rollback' },
      rolledBackFrom: { publication: 2 },
    });
    expect(followed).toEqual([1, 2, 3]);
    expect(await rollback()).toEqual({ kind: 'nothing_earlier' });
    expect(await rollback(2)).toMatchObject({ kind: 'published', publication: 4 });
    expect(await rollback(2)).toMatchObject({ publication: 4, unchanged: true });
    expect(await rollback(9)).toEqual({ kind: 'unknown' });
    expect(await rollback(null, 3)).toEqual({ kind: 'conflict', current: 4 });
  });

  it('of two at once that name no version goes back once', async () => {
    for (const name of ['one', 'two', 'three']) await publish(name);
    const outcomes = await Promise.all([rollback(), rollback()]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ publication: 4 });
    expect(await desk.current()).toMatchObject({ publication: 4, name: 'two' });
    // Of those that name one, all get there.
    const named = await Promise.all([rollback(1), rollback(1), rollback(1)]);
    expect(named.map(({ kind }) => kind)).toEqual(Array(3).fill('published'));
    expect(await desk.versions(null)).toHaveLength(5);
  });

  it('is refused where this build cannot run that version, before anything changes', async () => {
    const content = [{ path: 'a.yaml', text: 'catalog: later\ntimers: {}\n' }];
    await store.publish({ content, hash: 'of-a-later-build', name: 'later' });
    await publish('one');
    const refused = await rollback();
    expect(refused).toMatchObject({ kind: 'invalid', faults: [{ file: 'a.yaml', line: 2 }] });
    expect(await rollback(1)).toEqual(refused);
    expect(await desk.current()).toMatchObject({ publication: 2, name: 'one' });
  });

  it('goes back to what an earlier build published without an entry', async () => {
    const current = { publication: 1, hash: 'h', source: catalogFiles.encode(filesOf('old')) };
    await admin.hset(keys.snapshots('catalog').current, current);
    await publish('new');
    expect(await rollback()).toMatchObject({ kind: 'published', publication: 3, hash: 'h' });
    expect(await nameNow()).toBe('old');
  });

  it('comes to what a list of names says, whatever is done in between', async () => {
    const random = seeded(testSeed());
    const published: string[] = [];
    const left = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const current = published.at(-1);
      if (random.below(2) === 0) {
        const name = random.pick(['a', 'b', 'c', 'd']);
        await publish(name);
        if (name !== current) published.push(name);
        if (name !== current) left.delete(name);
      } else {
        const target = published.findLast((name) => name !== current && !left.has(name));
        await rollback();
        if (target !== undefined) published.push(target);
        if (target !== undefined) left.add(current!);
      }
      expect([i, await nameNow()]).toEqual([i, published.at(-1) ?? null]);
    }
  });
});

describe('hostile catalogs', () => {
  const refusal = async (text: string) => {
    const outcome = await publish('x', { files: [{ path: 'a.yaml', text }] });
    if (outcome.kind !== 'invalid') throw new Error(`it is ${outcome.kind}`);
    return outcome.faults;
  };

  it('are refused with a bounded answer: faults by the thousands, names as long as a book', async () => {
    const wrong = Array.from({ length: 10_000 }, (_, i) => `  o${i}: { valu: 1 }\n`).join('');
    const faults = await refusal(`catalog: t\noffers:\n${wrong}`);
    expect(faults.length).toBeGreaterThan(100);
    const name = 'n'.repeat(100_000);
    const long = await refusal(`catalog: t\n${name}: 1\noffers:\n  ${name}: { valu: 1 }\n`);
    const bytes = JSON.stringify([faults, long]).length;
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('are refused when they are bombs of aliases, or nested without end', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `  - &l${i + 1} [*l${i}, *l${i}, *l${i}]`);
    const bomb = `catalog: t\noffers:\n  - &l0 [x, x]\n${levels.join('\n')}\n`;
    expect((await refusal(bomb)).length).toBeGreaterThan(0);
    const nested = `catalog: t\noffers: ${'['.repeat(20_000)}`;
    expect((await refusal(nested)).length).toBeGreaterThan(0);
    expect(await publish('one')).toMatchObject({ kind: 'published', publication: 1 });
  });

  it('are taken only where a gateway can run them, however deep they nest', async () => {
    const kinds = new Set<string>();
    for (const depth of [20, 200, 1_000, 3_000, 10_000, 50_000]) {
      for (const expression of [
        `${'('.repeat(depth)}1${')'.repeat(depth)} == 1`,
        `${'!'.repeat(depth)}true`,
        `${'true && '.repeat(depth)}true`,
        `${'true ? true : '.repeat(depth)}true`,
        `1${' + 1'.repeat(depth)} > 0`,
      ]) {
        const text = `catalog: t\nsegments:\n  deep: "${expression}"\n`;
        const files = [{ path: 'a.yaml', text }];
        const { kind } = await publish('x', { files });
        kinds.add(kind);
        if (kind !== 'published') continue;
        const binding = (catalog: Catalog) => bindingProgram(catalog, 1, newCounters());
        expect(atOnce(readyCatalog(files, binding)).kind).toBe('ready');
      }
    }
    expect([...kinds].sort()).toEqual(['invalid', 'published']);
  });
});

it('is unavailable, not stuck, while Redis is away, and nothing is half done', async () => {
  await publish('one');
  await redis.kill();
  try {
    await expect(publish('two')).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(rollback()).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(desk.current()).rejects.toMatchObject({ code: 'store_unavailable' });
  } finally {
    await redis.restart();
  }
  await expect.poll(() => desk.versions(null).catch(() => null)).not.toBeNull();
  expect((await desk.versions(null)).length).toBeLessThanOrEqual(1);
});
