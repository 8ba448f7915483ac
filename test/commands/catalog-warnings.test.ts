// Where warnings of a catalog are told: by `catalog validate`, which `--strict` makes refuse them, and
// at a start, which never refuses.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSources } from '../../src/catalog/load-catalog.ts';
import { validateCatalog } from '../../src/commands/catalog-validate.ts';
import { openCatalogChecker } from '../../src/compose/catalog-checker.ts';
import {
  catalogAt,
  tellWarnings,
  toldCatalog,
  type UsableCatalog,
} from '../../src/compose/prepare-deployment.ts';
import { allowsPrivate, readConfig } from '../../src/config.ts';
import { Opened } from '../../src/ops/opened.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proffer-catalog-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A catalog with features that nothing reads. */
function unread(count: number): void {
  const features = Array.from({ length: count }, (_, i) => `  f${i}: { count: A }\n`);
  writeFileSync(join(folder, 'a.yaml'), `catalog: t\nfeatures:\n${features.join('')}`);
}

async function validated(strict: boolean) {
  let [out, err] = ['', ''];
  const code = await validateCatalog(folder, strict, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const UNREAD = 'nothing in the catalog reads this feature: name f0 in an expression, or remove it';

describe('warnings of a catalog', () => {
  it('are printed by validate, and are faults with --strict', async () => {
    unread(2);
    const message = `features.f0: ${UNREAD}`;
    const plain = await validated(false);
    expect(plain.code).toBe(0);
    expect(plain.err.split('\n')[0]).toBe(`${join(folder, 'a.yaml')}:3:3: warning: ${message}`);
    expect(plain.err.trim().split('\n')).toHaveLength(2);
    expect(plain.out).toMatch(/^t is valid \(\w+\): 2 features, .*, with 2 warnings\n$/);
    const strict = await validated(true);
    expect(strict.code).toBe(1);
    expect(strict.err.split('\n')[0]).toBe(`${join(folder, 'a.yaml')}:3:3: ${message}`);
    expect(strict.err.trim().split('\n').at(-1)).toBe(`${folder} is refused: 2 warnings`);
    expect(strict.out).toBe('');
    writeFileSync(join(folder, 'a.yaml'), 'catalog: t\noops: 1\n');
    expect((await validated(false)).err).toMatch(/a\.yaml:2:1: .*\n.* is refused: 1 fault\n$/);
  });

  it('are none of a catalog that is in order, which --strict takes', async () => {
    writeFileSync(join(folder, 'a.yaml'), 'catalog: t\n');
    for (const strict of [false, true]) {
      const { code, out, err } = await validated(strict);
      expect([code, err]).toEqual([0, '']);
      expect(out).not.toContain('warning');
    }
  });

  it.each([
    ['o', 0],
    ['none', 1],
  ])(
    'are none of tests: a hint says that nobody ran them, --strict does (%s: %i)',
    async (offer, code) => {
      const shop = [
        'catalog: t\nplacements: { p: {} }\noffers: { o: { treatments: { p: { a: b } } } }\n',
        'triggers: { x: { on: A, decide: p } }\n',
        `tests: { first: { events: [{ A: {}, expect: { p: ${offer} } }] } }\n`,
      ];
      writeFileSync(join(folder, 'a.yaml'), shop.join(''));
      const plain = await validated(false);
      expect(plain.err).toBe(`1 test was not run: proffer catalog test ${folder} runs it\n`);
      expect([plain.code, plain.out]).toEqual([0, expect.not.stringContaining('warning')]);
      const strict = await validated(true);
      expect(strict.code).toBe(code);
      expect(strict.err.split('\n')).toContain(
        code === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed',
      );
      if (code === 0) return;
      expect(strict.err).toContain(`${join(folder, 'a.yaml')}:5:`);
      expect(strict.err).toMatch(/ is refused: not all of its tests passed\n$/);
    },
  );

  it.each([
    [3, 3],
    [10, 10],
    [22, 11],
  ])('are told at a start, %i of them in %i lines', (count, lines) => {
    unread(count);
    const told: string[] = [];
    tellWarnings(catalogAt(folder) as UsableCatalog, { warn: (line) => told.push(line) });
    expect(told).toHaveLength(lines);
    expect(told[0]).toBe(`${join(folder, 'a.yaml')}:3:3: features.f0: ${UNREAD}`);
    if (count > 10) expect(told[10]).toMatch(/^… and 12 more/);
  });

  it('are none of a private address where webhooks may go there', async () => {
    const webhook = '{ url: "http://127.0.0.1:9000/push", secret_env: A }';
    const channels = `channels: { push: { webhook: ${webhook} } }`;
    const offers = 'offers: { hi: { treatments: { app: {} } } }';
    const placements = 'placements: { app: { channel: push } }';
    writeFileSync(join(folder, 'a.yaml'), `catalog: t\n${offers}\n${placements}\n${channels}\n`);
    for (const setting of ['refuse', 'allow']) {
      const config = readConfig({
        ...{ PROFFER_CATALOG: folder, PROFFER_WEBHOOK_PRIVATE: setting },
      });
      const told: unknown[] = [];
      toldCatalog(config, { warn: (line: unknown) => told.push(line) });
      let err = '';
      const output = {
        stdout: { write: () => {} },
        stderr: { write: (text: string) => (err += text) },
      };
      await validateCatalog(folder, false, output, false, allowsPrivate(config));
      const sources = readSources(folder);
      if (!sources.ok) throw new Error('no catalog');
      const opened = new Opened();
      const checked = await openCatalogChecker(config, opened).check(sources.files);
      await opened.close();
      const warnings = checked.kind === 'valid' ? checked.warnings : null;
      const isTold = setting === 'refuse' ? 1 : 0;
      expect([told.length, err.split('private address').length - 1, warnings?.length]).toEqual([
        ...[isTold, isTold, isTold],
      ]);
    }
  });

  it('have what an answer says of them', () => {
    unread(1);
    expect((catalogAt(folder) as UsableCatalog).warnings).toMatchObject([
      {
        file: join(folder, 'a.yaml'),
        ...{ line: 3, column: 3, path: 'features.f0' },
        message: UNREAD,
      },
    ]);
  });
});
