// Whether a folder's catalog is published: at a start by rule, on save, and where Redis lost it. Real
// versions on a real Redis.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import type { CatalogVersions } from '../../src/compose/catalog-versions.ts';
import { catalogVersions } from '../../src/compose/catalog-versions.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import {
  type FolderCatalog,
  type Occasion,
  publishFolder,
} from '../../src/compose/publish-folder.ts';
import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';
import { tellPublication } from '../../src/compose/tell-publication.ts';
import { readConfig } from '../../src/config.ts';
import { silentLog } from '../../src/ops/log.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let connection: RedisConnection;
let versions: CatalogVersions;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  await connection.ready();
  versions = catalogVersions({ connection, keys: new Keys('t:', 4) });
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});
beforeEach(() => redis.connect().flushall());

const START: Occasion = { when: 'start', isAlone: false };
const ALONE: Occasion = { when: 'start', isAlone: true };
const SAVED: Occasion = { when: 'saved', isAlone: false };

const filesOf = (value: number, more = ''): SourceFile[] => [
  { path: 'a.yaml', text: `catalog: shop\noffers: { o: { value: ${value} } }\n${more}` },
];

/** A folder as it is read. */
function folder(files: readonly SourceFile[]): FolderCatalog {
  const compiled = compileCatalog(files);
  if (!compiled.ok) throw new Error('not valid');
  const { hash, name } = compiled.catalog;
  const typed = (file: string) => `shop/${file}`;
  return { path: 'shop', files, hash, name, typed, test: async () => runCatalogTests(files) };
}

const publish = (value: number, occasion = START, more = '') =>
  publishFolder(folder(filesOf(value, more)), versions, occasion);

/** Somebody publishes otherwise. */
async function publishOverHttp(files: readonly SourceFile[], hash: string, more = {}) {
  return versions.publish({ content: files, hash, name: 'shop', source: 'http', ...more });
}

async function current(): Promise<string | undefined> {
  return (await versions.read())?.content[0]?.text.match(/value: \d+/)?.[0];
}

/** What is logged. */
function linesOf(outcome: Awaited<ReturnType<typeof publish>>): string[] {
  const lines: string[] = [];
  const log = { info: (l: string) => lines.push(l), warn: (l: string) => lines.push(`W ${l}`) };
  tellPublication(outcome, folder(filesOf(0)), log);
  return lines;
}

const NEVER =
  'placements: { p: {} }\ntests: { t: { events: [{ $page: {}, expect: { p: o } }] } }\n';

describe('at a start a folder', () => {
  it('is published when nothing is, and not again', async () => {
    const outcome = await publish(1);
    expect(outcome).toMatchObject({ kind: 'published', publication: 1, changes: null });
    expect(linesOf(outcome)).toEqual(['publication 1 is shop: the first one']);
    expect(await publish(1)).toMatchObject({ kind: 'unchanged', publication: 1 });
  });

  it('does not undo what was published otherwise since, however often it is started', async () => {
    await publish(1);
    await publishOverHttp(filesOf(2), 'two', { author: 'Ann', note: 'lower caps' });
    for (let start = 0; start < 2; start++) {
      const outcome = await publish(1, START, '# a comment is no edit\n');
      expect(outcome.kind).toBe('kept');
      expect(linesOf(outcome)).toEqual([
        'publication 2 (shop, by Ann: lower caps) stays in effect. shop did not change since it was ' +
          'published before that; proffer catalog publish shop puts it back into effect',
      ]);
    }
    expect(await current()).toBe('value: 2');
  });

  it('is published when it was edited since, whatever is current', async () => {
    await publish(1);
    await publishOverHttp(filesOf(2), 'two');
    const outcome = await publish(3);
    expect(linesOf(outcome)).toEqual(['publication 3 is shop: changed offer o (value 2 → 3)']);
    // What it was before is an edit again.
    await publishOverHttp(filesOf(2), 'two');
    expect((await publish(1)).kind).toBe('published');
  });

  it('of another name says whose place it takes, and how to go back', async () => {
    await publish(1);
    const files = [{ path: 'a.yaml', text: 'catalog: cafe\n' }];
    await publishOverHttp(files, 'cafe', { name: 'cafe' });
    expect(linesOf(await publish(2))).toEqual([
      'publication 3: shop (shop) takes the place of cafe (proffer catalog rollback 2 brings that back)',
    ]);
  });

  it('that became what was published otherwise is the one that was published last', async () => {
    await publish(1);
    await publishOverHttp(filesOf(2), folder(filesOf(2)).hash);
    expect(await publish(2)).toMatchObject({ kind: 'unchanged', publication: 2 });
    await publishOverHttp(filesOf(4), 'four');
    expect((await publish(2)).kind).toBe('kept');
    expect((await publish(1)).kind).toBe('published');
  });

  it('is the one that another build published, though that hashes otherwise', async () => {
    const [{ path, text }] = filesOf(1) as [SourceFile];
    await versions.publish({ content: [{ path, text }], hash: 'of-before', name: 'shop' });
    const same = await publish(1);
    expect(same.kind).toBe('kept');
    expect(linesOf(same)).toEqual(['publication 1 (shop) stays in effect: shop means the same']);
    await publishOverHttp(filesOf(2), 'two');
    expect((await publish(1)).kind).toBe('kept');
  });

  it('with failing tests is not published over another, but where there is none', async () => {
    const first = await publish(1, START, NEVER);
    expect(linesOf(first)).toEqual([
      expect.stringMatching(/^W shop\/a\.yaml:\d+:\d+: t: .*/s),
      'publication 1 is shop: the first one',
    ]);
    const edited = await publish(2, START, NEVER);
    expect(edited).toMatchObject({ kind: 'failing', current: { publication: 1 } });
    expect(linesOf(edited).at(-1)).toBe(
      'W shop is not published, publication 1 stays: its only test failed (proffer catalog publish ' +
        '--force shop publishes it all the same)',
    );
    expect(await current()).toBe('value: 1');
  });
});

describe('a folder with faults', () => {
  const faults = Array.from({ length: 12 }, (_, i) => ({
    ...{ file: 'shop/a.yaml', line: i + 1, column: 1, path: `offers.o${i}`, message: 'is wrong' },
    ...{ found: null, expected: null, suggestion: null },
  }));
  const start = (count: number, occasion = START) =>
    publishFolder({ path: 'shop', faults: faults.slice(0, count) }, versions, occasion);

  it('leaves what is published, whoever published it, and all come up', async () => {
    await publish(1);
    await publishOverHttp(filesOf(2), 'two');
    const outcome = await start(1);
    expect(linesOf(outcome)).toEqual([
      'W shop/a.yaml:1:1: offers.o0: is wrong',
      'W shop is not published, publication 2 stays: 1 fault',
    ]);
    expect(linesOf(await start(12, ALONE)).slice(-2)).toEqual([
      'W … and more: proffer catalog validate shop has them all',
      'W shop is not published, publication 2 stays: 12 faults',
    ]);
    expect(await current()).toBe('value: 2');
  });

  it('ends a start where nothing else can be served', async () => {
    await expect(start(2)).rejects.toThrow(
      /^the catalog cannot be used:\nshop\/a.yaml:1:1: .*\nshop\/a.yaml:2:1: /,
    );
    await publishOverHttp([{ path: 'a.yaml', text: 'later_section: { a: b }\n' }], 'later');
    await expect(start(1, ALONE)).rejects.toThrow(
      /^publication 1 cannot run in this build \(.*later_section.*: shop\/a.yaml:1:1: /,
    );
  });
});

describe('what is current and cannot run in this build', () => {
  const later = [{ path: 'a.yaml', text: 'catalog: shop\nlater_section: { a: b }\n' }];

  it('stays where another build may serve it, and the start says what to do', async () => {
    await publish(1);
    await publishOverHttp(later, 'later');
    await expect(publish(1)).rejects.toThrow(
      /^publication 2 cannot run in this build \(a\.yaml:2:1: later_section: .*rollback/,
    );
    expect((await versions.latest())?.publication).toBe(2);
  });

  it('makes way for the folder where nobody else can, and for one that was edited', async () => {
    await publish(1);
    await publishOverHttp(later, 'later');
    const outcome = await publish(1, ALONE);
    expect(outcome).toMatchObject({ kind: 'published', publication: 3 });
    expect(linesOf(outcome)[0]).toContain('W what was published cannot run in this build');
    await publishOverHttp(later, 'later');
    expect(await publish(2)).toMatchObject({ kind: 'published', publication: 5 });
  });
});

it('on save it is published whatever is current, unless its tests fail', async () => {
  await publish(1);
  await publishOverHttp(filesOf(2), 'two');
  expect(await publish(1, SAVED)).toMatchObject({
    ...{ kind: 'published', publication: 3 },
    changes: [{ kind: 'offer', name: 'o', details: ['value 2 → 1'] }],
  });
  expect((await publish(5, SAVED, NEVER)).kind).toBe('failing');
  expect(await current()).toBe('value: 1');
});

it('is signed by what published it, with the folder', async () => {
  await publish(2, { when: 'lost', isAlone: true });
  await publish(3);
  const { versions: all } = await versions.list();
  expect(all.map(({ author, note }) => `${author}: ${note}`)).toEqual([
    'start: folder shop',
    'start: folder shop, Redis had lost it',
  ]);
  await publish(4, SAVED);
  expect(await versions.version(3)).toMatchObject({ author: 'watch', note: 'folder shop' });
});

it('is put back where Redis lost it, and over nothing that is there', async () => {
  const lost: Occasion = { when: 'lost', isAlone: true };
  expect((await publish(1, lost)).kind).toBe('published');
  expect((await publish(2, lost)).kind).toBe('unchanged');
  expect(await current()).toBe('value: 1');
});

it('many who start at once publish it once', async () => {
  await publishOverHttp(filesOf(9), 'nine');
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => publish(1)));
  expect(outcomes.filter(({ kind }) => kind === 'published')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'unchanged')).toHaveLength(7);
  expect((await versions.latest())?.publication).toBe(2);
});

it('with PROFFER_PUBLISH=never nothing is published, and something must be', async () => {
  const config = readConfig({});
  const keys = { writeKey: undefined, adminKey: undefined };
  const start = (catalog: FolderCatalog | null) =>
    prepareDeployment(config, redis.socket, keys, silentLog(), { catalog });
  await expect(start(null)).rejects.toThrow(
    'no catalog is published, and the folder is left alone',
  );
  await start(folder(filesOf(1)));
  expect(await start(null)).toMatchObject({
    ...{ catalog: null, revoked: [] },
    inEffect: { publication: 1, name: 'shop' },
  });
});
