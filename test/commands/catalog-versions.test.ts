// How `catalog list`, `show` and `diff` tell what was published, and whom they ask with which key.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diffCatalog } from '../../src/commands/catalog-diff.ts';
import { rollBackCatalog } from '../../src/commands/catalog-publish.ts';
import { listCatalogs, showCatalog } from '../../src/commands/catalog-versions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { answeringService, CHANGES, offers, run, versions } from './answering-service.ts';

const service = answeringService();

it('list is a table, newest first, or what the service answers', async () => {
  const { out } = await run((to) => listCatalogs(service.config, {}, to));
  expect(out.split('\n')).toEqual([
    'PUBLICATION  PUBLISHED                 HASH   NAME  AUTHOR  NOTE',
    '8            2026-11-30T18:00:00.000Z  hash8  shop  Ann     lower caps',
    '7            2026-11-30T17:00:00.000Z  hash7  shop',
    '5            2026-11-30T15:00:00.000Z  hash8  shop  Bob     the first',
    '',
  ]);
  const { out: json } = await run((to) => listCatalogs(service.config, { json: true }, to));
  expect(JSON.parse(json)).toEqual({ versions });
});

describe('show', () => {
  const show = (what: string[], options = {}) =>
    run((to) => showCatalog(service.config, what, options, to));

  it('prints what is said of a version, or one of its files', async () => {
    const all = (await show([])).out;
    expect(all).toContain('note         lower caps\n');
    expect(all).toContain('file         offers.yaml  (28 bytes)\n');
    expect((await show(['8'])).out).toBe(all);
    expect((await show(['8', 'offers.yaml'])).out).toBe(offers.text);
    expect((await show(['offers.yaml'])).out).toBe(offers.text);
    expect(await show(['offer.yaml'])).toMatchObject({
      code: 1,
      err: /has no file.*: offers.yaml\n/,
    });
    await expect(show(['3'])).rejects.toThrow('There is nothing here.');
  });

  it('writes its files into a new service.folder, and into no other', async () => {
    const into = join(service.folder, 'as-it-was');
    const files = [offers, { path: 'more/a.yaml', text: 'catalog: shop\n' }];
    service.answers['GET /v1/catalog/versions/8'] = [200, { ...versions[0], files }];
    expect((await show([], { files: into })).out).toBe(`2 files in ${into}\n`);
    expect(readFileSync(join(into, 'more/a.yaml'), 'utf8')).toBe('catalog: shop\n');
    await expect(show([], { files: into })).rejects.toThrow('is not empty');
  });

  it.each(['../a.yaml', '/a.yaml', 'a/../../b.yaml', 'a\\b.yaml', './a.yaml', ''])(
    'writes no file that would not be in it: %j',
    async (path) => {
      const files = [offers, { path, text: 'catalog: shop\n' }];
      service.answers['GET /v1/catalog/versions/8'] = [200, { ...versions[0], files }];
      const into = join(service.folder, 'new');
      await expect(show([], { files: into })).rejects.toThrow('nothing was written');
    },
  );
});

describe('diff', () => {
  const diff = (sides: string[], options = {}) =>
    run((to) => diffCatalog(service.config, sides, options, to));

  it('is of what is current and the one before, of publications, or of files', async () => {
    expect((await diff([])).out).toBe(CHANGES);
    expect((await diff(['8'])).out).toBe(CHANGES);
    service.answers['GET /v1/catalog/diff?from=5&to=7'] = [200, { changes: [] }];
    expect((await diff(['7'])).out).toBe('publication 5 and publication 7 mean the same\n');
    expect((await diff(['7', '8'])).out).toBe(CHANGES);
    expect((await diff([service.folder])).out).toBe(
      `publication 8 and ${service.folder} mean the same\n`,
    );
    writeFileSync(join(service.folder, 'offers.yaml'), 'offers: { o: { value: 2 } }\n');
    expect((await diff([service.folder])).out).toBe('changed  offer  o  value 1 → 2\n');
    expect((await diff([service.folder, '8'])).out).toBe('changed  offer  o  value 2 → 1\n');
    expect(JSON.parse((await diff(['8'], { json: true })).out).changes).toHaveLength(2);
  });

  it('says when there is nothing to compare with', async () => {
    service.answers['GET /v1/catalog/versions'] = [200, { versions: versions.slice(0, 1) }];
    await expect(diff([])).rejects.toThrow('publication 8 is the first one');
    await expect(diff(['1'])).rejects.toThrow('publication 1 is the first one');
    await expect(diff([`${service.folder}/x`])).rejects.toThrow('there is no such file or folder');
  });
});

it('a number that was never published is told, and how to see those that were', async () => {
  const error = { code: 'unknown_publication', message: 'There is no such version.' };
  service.answers['GET /v1/catalog/versions/99'] = [404, { error }];
  service.answers['GET /v1/catalog/diff?from=8&to=99'] = [404, { error }];
  service.answers['POST /v1/catalog/rollback'] = [404, { error }];
  const told = 'there is no publication 99: `proffer catalog list` shows those that there are';
  await expect(showCatalog(service.config, ['99'], {})).rejects.toThrow(told);
  await expect(diffCatalog(service.config, ['8', '99'], {})).rejects.toThrow(told);
  await expect(rollBackCatalog(service.config, '99', {})).rejects.toThrow(told);
});

describe('the service that is asked', () => {
  it('gets the key that is meant for it', async () => {
    await run((to) => listCatalogs(service.config, { key: 'of-the-line' }, to));
    expect(service.asked[0]).toMatch(/^of-the-line: /);
    const kept = { PROFFER_DATA_DIR: freshDirectory(), PROFFER_CATALOG_KEY: undefined };
    writeFileSync(join(kept.PROFFER_DATA_DIR, 'keys.json'), '{"adminKey":"kept-admin"}');
    const here = { ...service.config, ...kept };
    await run((to) => listCatalogs(here, {}, to));
    expect(service.asked[1]).toMatch(/^kept-admin: /);
    const url = `http://localhost:${service.config.PROFFER_PORT}`;
    await expect(listCatalogs(here, { url })).rejects.toThrow(
      /^no key for http:\/\/localhost:\d+: set PROFFER_CATALOG_KEY or --key .* where the service runs$/,
    );
  });

  it.each(['0.0.0.0', '::'])('is found where it listens on every address: %s', async (host) => {
    const { code } = await run((to) =>
      listCatalogs({ ...service.config, PROFFER_HOST: host }, {}, to),
    );
    expect(code).toBe(0);
  });

  it('is still to be started where no key is kept', async () => {
    const none = { PROFFER_DATA_DIR: freshDirectory(), PROFFER_CATALOG_KEY: undefined };
    await expect(listCatalogs({ ...service.config, ...none }, {})).rejects.toThrow(
      /^no key for http.*: set PROFFER_CATALOG_KEY or --key .*: no admin key in .*keys\.json, .*start one here/,
    );
  });

  it('says why a key is not taken, and that nobody answers', async () => {
    const error = { code: 'unknown_key', message: 'The key is unknown or was revoked.' };
    service.answers['GET /v1/catalog/versions'] = [401, { error }];
    await expect(listCatalogs(service.config, {})).rejects.toThrow(
      'proffer keys create --kind catalog',
    );
    await expect(listCatalogs(service.config, { url: 'http://127.0.0.1:1' })).rejects.toThrow(
      'no answer at',
    );
    await expect(listCatalogs(service.config, { url: 'nowhere' })).rejects.toThrow(
      'expected an address',
    );
  });
});
