// What `catalog publish` and `rollback` send, and how they tell what became of it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishCatalog, rollBackCatalog } from '../../src/commands/catalog-publish.ts';
import { answeringService, CHANGES, offers, run, versions } from './answering-service.ts';

const service = answeringService();
const published = { unchanged: false, warnings: [], tests: { passed: 9, failed: 0 } };

describe('publish', () => {
  const publish = (options = {}) =>
    run((to) => publishCatalog(service.config, service.folder, options, to));

  it('sends the files as they are named in the service.folder, and tells what changed', async () => {
    service.answers['POST /v1/catalog'] = [200, { publication: 8, hash: 'hash8', ...published }];
    const told = await publish({ note: 'lower caps', author: 'Ann', expected: '7' });
    expect(told).toEqual({
      code: 0,
      out: `publication 8 is in effect (hash8; 9 tests passed)\n${CHANGES}`,
      err: '',
    });
    const sent = { files: [offers], note: 'lower caps', author: 'Ann', expectedPublication: 7 };
    expect(service.asked[0]).toBe(`catalog-key: POST /v1/catalog ${JSON.stringify(sent)}`);
  });

  it('says whose version it took the place of, unless that was expected', async () => {
    service.answers['POST /v1/catalog'] = [200, { publication: 8, hash: 'hash8', ...published }];
    const by = (author: string) => {
      const before = { ...versions[1]!, author, publishedAt: '2026-11-30T17:59:52.000Z' };
      service.answers['GET /v1/catalog/versions'] = [
        200,
        { versions: [versions[0], before, { ...versions[2], author: 'Ann' }] },
      ];
      return publish();
    };
    expect((await by('Bob')).out.split('\n')[1]).toBe(
      'the version before is by Bob, 8 s old: --expected 5 would have refused',
    );
    for (const own of ['Ann', 'start']) expect((await by(own)).out).not.toContain('version before');
    await by('Bob');
    expect((await publish({ expected: '7' })).out).not.toContain('version before');
  });

  it('tells warnings with the file as the caller would type it', async () => {
    const warning = {
      file: 'offers.yaml',
      line: 1,
      column: 11,
      path: 'offers.o',
      message: 'unread',
    };
    service.answers['POST /v1/catalog'] = [
      200,
      { publication: 7, hash: 'hash7', ...published, unchanged: true, warnings: [warning] },
    ];
    expect(await publish()).toEqual({
      code: 0,
      out: 'unchanged: publication 7 has this content (hash7; 9 tests passed, 1 warning)\n',
      err: `${service.folder}/offers.yaml:1:11: warning: offers.o: unread\n`,
    });
  });

  it('only says what it would change, when it is only to try', async () => {
    writeFileSync(join(service.folder, 'offers.yaml'), 'offers: { o: { value: 2 }, p: {} }\n');
    const tests = { passed: 0, failed: 0 };
    service.answers['POST /v1/catalog'] = [
      200,
      { publication: null, hash: 'h', ...published, tests },
    ];
    const { code, out } = await publish({ dryRun: true });
    expect([code, out.split('\n')]).toEqual([
      0,
      [
        'nothing was published: this is what would be (h; no tests)',
        'changed  offer  o  value 1 → 2',
        'added    offer  p',
        '',
      ],
    ]);
    expect(service.asked[0]).toContain('"dryRun":true');
  });

  it('of another catalog says that it is one, not all that both have', async () => {
    const many = Array.from({ length: 30 }, (_, i) => `o${i}: {}`).join(', ');
    const text = `catalog: shop\noffers: { ${many} }\n`;
    writeFileSync(join(service.folder, 'offers.yaml'), text);
    const current = { ...offers, text: 'catalog: retail\n' };
    service.answers['GET /v1/catalog/versions/8'] = [200, { ...versions[0], files: [current] }];
    service.answers['POST /v1/catalog'] = [200, { publication: null, hash: 'h', ...published }];
    const { out } = await publish({ dryRun: true });
    expect(out.split('\n')[1]).toBe(
      `another catalog: retail → shop (proffer catalog diff ${service.folder} prints all 31 changes)`,
    );
  });

  it('tells every fault, and nothing is published', async () => {
    const fault = { line: 1, column: 11, path: 'offers.o', message: 'found "\u001b[2J"' };
    service.answers['POST /v1/catalog'] = [
      400,
      {
        error: {
          ...{ code: 'invalid_catalog', message: 'The catalog is not valid.' },
          faults: [
            { ...fault, file: 'offers.yaml' },
            { file: 'a/b.yaml', line: 0, column: 0, path: '', message: 'is no map' },
          ],
        },
      },
    ];
    expect(await publish()).toEqual({
      code: 1,
      out: '',
      err: [
        `${service.folder}/offers.yaml:1:11: offers.o: found "\\u001b[2J"`,
        `${service.folder}/a/b.yaml: is no map`,
        'not published: 2 faults',
        '',
      ].join('\n'),
    });
  });

  it('tells what failing tests expected, and how to publish all the same', async () => {
    const failure = { file: 'offers.yaml', line: 9, column: 3, test: 'three views' };
    const failures = [{ ...failure, message: 'expected a, got none\n  a ended at caps: capped' }];
    const error = { code: 'catalog_tests_failed', message: 'Tests fail.', failures };
    service.answers['POST /v1/catalog'] = [400, { error }];
    expect(await publish()).toEqual({
      code: 1,
      out: '',
      err: [
        `${service.folder}/offers.yaml:9:3: three views: expected a, got none`,
        '  a ended at caps: capped',
        'not published: 1 expectation of its tests was not met (--force publishes it all the same)',
        '',
      ].join('\n'),
    });
  });

  it('says whose publication is in the way, and what to do', async () => {
    const error = { code: 'publication_conflict', message: 'Another is current.', current: 8 };
    service.answers['POST /v1/catalog'] = [409, { error }];
    expect((await publish({ expected: '7' })).err).toBe(
      'not published: publication 8 (2026-11-30T18:00:00.000Z, by Ann: lower caps) is current, not 7. ' +
        'See what it changed (proffer catalog diff 7 8), then publish with --expected 8\n',
    );
  });

  it('says what else the service said, and what cannot be read', async () => {
    const error = { code: 'store_unavailable', message: 'The state store did not answer.' };
    service.answers['POST /v1/catalog'] = [503, { error }];
    expect(await publish()).toMatchObject({
      code: 1,
      err: 'not published: The state store did not answer.\n',
    });
    const missing = await run((to) =>
      publishCatalog(service.config, `${service.folder}/x`, {}, to),
    );
    expect(missing).toEqual({
      code: 1,
      out: '',
      err: `${service.folder}/x: there is no such file or folder\n`,
    });
    await expect(publish({ expected: 'x' })).rejects.toThrow(
      'expected the number of a publication',
    );
  });
});

it('rollback names the version whose content is back', async () => {
  service.answers['POST /v1/catalog/rollback'] = [
    200,
    { publication: 8, hash: 'hash8', ...published },
  ];
  const { code, out } = await run((to) => rollBackCatalog(service.config, undefined, {}, to));
  expect([code, out]).toEqual([
    0,
    'publication 8 is in effect (hash8; 9 tests passed)\n' +
      'its content is that of publication 5 (2026-11-30T15:00:00.000Z, by Bob: the first)\n' +
      CHANGES,
  ]);
  await run((to) => rollBackCatalog(service.config, '5', {}, to));
  expect(service.asked.filter((line) => line.includes('POST'))).toEqual([
    'catalog-key: POST /v1/catalog/rollback {}',
    'catalog-key: POST /v1/catalog/rollback {"publication":5}',
  ]);
});
