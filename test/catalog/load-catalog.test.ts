import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatFaults } from '../../src/catalog/fault.ts';
import { CATALOG_BYTES_MAX, loadCatalog } from '../../src/catalog/load-catalog.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proffer-catalog-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

function report(path = folder): string {
  const loaded = loadCatalog(path);
  return loaded.ok ? 'ok' : formatFaults(loaded.faults);
}

describe('loading a catalog', () => {
  it('takes all YAML files of a folder and its folders, and nothing else', () => {
    write('a.yaml', 'catalog: t');
    write('deep/er/b.yml', 'offers: { x: {} }');
    write('README.md', 'offers: {');
    write('.hidden/c.yaml', 'nonsense: {');
    symlinkSync(folder, join(folder, 'loop'));
    const loaded = loadCatalog(folder);
    expect(loaded.ok && loaded.catalog.offers.map((offer) => offer.name)).toEqual(['x']);
    expect(loaded.ok && loaded.files.map((file) => file.path)).toEqual([
      ...['a.yaml', 'deep/er/b.yml'],
    ]);
  });

  it('takes a single file', () => {
    write('one.yaml', 'catalog: t');
    expect(report(join(folder, 'one.yaml'))).toBe('ok');
  });

  it('names files as the caller would', () => {
    write('deep/a.yaml', 'catalog: t\nofers: {}');
    expect(report()).toContain(`${join(folder, 'deep/a.yaml')}:2:1: ofers: unknown section`);
    expect(report(join(folder, 'deep/a.yaml'))).toContain(`${join(folder, 'deep/a.yaml')}:2:1: `);
  });

  it.each([
    ['nothing there', () => {}, 'nowhere.yaml', 'there is no such file or folder'],
    ['an empty folder', () => {}, '', 'the folder has no .yaml file'],
    [
      'bytes',
      () => write('a.yaml', Buffer.from([0xff, 0xfe, 0x41])),
      '',
      'a.yaml: is not UTF-8 text: save it as UTF-8',
    ],
    [
      'too much',
      () => write('a.yaml', `catalog: t\n#${'x'.repeat(CATALOG_BYTES_MAX)}`),
      '',
      'larger than 8 MB',
    ],
  ])('says in one line what is wrong with %s', (_, prepare, name, message) => {
    prepare();
    const text = report(join(folder, name));
    expect(text.split('\n')).toHaveLength(1);
    expect(text).toContain(message);
    expect(text).toContain(folder);
  });
});
