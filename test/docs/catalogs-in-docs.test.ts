// Whole catalogs in the documents: valid, without warnings, and doing what the text beside them says.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valid, warningsOf } from '../catalog/compile.ts';
import { Customer, offersOf } from '../engine/support/customer.ts';
import { pageBlocks } from './page-blocks.ts';

const PAGES = [
  ...['README.md', 'docs/catalog.md', 'docs/operations.md', 'docs/reference.md', 'docs/why.md'],
  'docs/delivery.md',
];

/** The folder that somebody has at the end of docs/catalog.md: of each file the last text. */
function folderOfTheGuide(): Record<string, string> {
  const page = readFileSync(new URL('../../docs/catalog.md', import.meta.url), 'utf8');
  const saved = pageBlocks(page).filter((block) => block.kind === 'file');
  const files = Object.fromEntries(saved.map(({ path, text }) => [path, text]));
  for (const [, path] of page.matchAll(/^rm (\S+)$/gm)) delete files[path!];
  return files;
}

function catalogsIn(page: string): string[] {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map((found) => found[1]!)
    .filter((yaml) => yaml.startsWith('catalog:'));
}

const catalogs = PAGES.flatMap((page) => catalogsIn(page).map((yaml) => [page, yaml] as const));

describe('catalogs in the documents', () => {
  it.each(catalogs)('of %s have no warnings', (_, yaml) => {
    expect(warningsOf(yaml)).toEqual([]);
  });

  it('the folder of the guide has none, and answers the third view as the guide says', () => {
    const folder = folderOfTheGuide();
    expect(Object.keys(folder).length).toBeGreaterThan(3);
    expect(warningsOf(folder)).toEqual([]);
    for (const [category, offer] of [
      ['phone', 'phone_case'],
      ['tea', 'welcome'],
    ]) {
      const customer = new Customer(valid(folder));
      const view = () =>
        customer.track('Product Viewed', { product_id: 'p9', name: 'P9', category: category! });
      expect([view(), view()].flatMap((done) => done.decisions)).toEqual([]);
      expect(view().decisions.map((decision) => offersOf(decision))).toEqual([[offer]]);
    }
  });
});

describe('docs/delivery.md', () => {
  const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8');
  const saved = pageBlocks(page).filter((block) => block.kind === 'file');

  it('goes on with the folder of the guide, and warns of its own machine alone', () => {
    expect(saved.map(({ path }) => path)).toEqual([
      ...['shop/push.yaml', 'shop/push.yaml', 'shop/stream.yaml'],
    ]);
    let folder = folderOfTheGuide();
    for (const { path, text } of saved) {
      folder = { ...folder, [path]: text };
      expect(warningsOf(folder)).toEqual([
        expect.stringContaining('"127.0.0.1" is a private address'),
      ]);
    }
  });

  it('and the operator’s guide have every reason that a delivery can end with', () => {
    const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const reasons = reasonsInCode();
    expect(reasons).toEqual(expect.arrayContaining(['not_accepted', 'dns_failed', 'no_consent']));
    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
    expect(reasons.filter((reason) => !guide.includes(`\`${reason}\``))).toEqual([]);
  });
});

/** Texts that look like reasons, where deliveries are attempted. */
function reasonsInCode(): string[] {
  const folders = ['src/delivery/', 'src/engine/deliver/'];
  const code = folders.flatMap((folder) => {
    const url = new URL(`../../${folder}`, import.meta.url);
    return readdirSync(url).map((file) => readFileSync(new URL(file, url), 'utf8'));
  });
  const found = code
    .join()
    .matchAll(/(?:failed\(|reason: |return |\? |: |= )'([a-z]+_[a-z_]+|timeout)'/g);
  return [...new Set([...found].map(([, reason]) => reason!))];
}

describe('links between the documents', () => {
  it.each(PAGES)('of %s lead to files that are there', (page) => {
    const url = new URL(`../../${page}`, import.meta.url);
    const links = readFileSync(url, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(?:#[\w-]*)?\)/g);
    for (const [, path] of links)
      expect(() => readFileSync(new URL(path!, url)), path).not.toThrow(/ENOENT/);
  });
});
