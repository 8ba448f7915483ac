// Whole catalogs in the documents: valid, without warnings, and doing what the text beside them says.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { valid, warningsOf } from '../catalog/compile.ts';
import { Customer, offersOf } from '../engine/support/customer.ts';

const PAGES = [
  ...['README.md', 'docs/catalog.md', 'docs/operations.md', 'docs/reference.md', 'docs/why.md'],
];

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

  it('the first one answers the third view, as the guide says', () => {
    const [first] = catalogsIn('docs/catalog.md');
    for (const [category, offer] of [
      ['phone', 'phone_case'],
      ['tea', 'welcome'],
    ]) {
      const customer = new Customer(valid(first!));
      const view = () =>
        customer.track('Product Viewed', { product_id: 'p9', name: 'P9', category: category! });
      expect([view(), view()].flatMap((done) => done.decisions)).toEqual([]);
      expect(view().decisions.map((decision) => offersOf(decision))).toEqual([[offer]]);
    }
  });
});

describe('links between the documents', () => {
  it.each(PAGES)('of %s lead to files that are there', (page) => {
    const url = new URL(`../../${page}`, import.meta.url);
    const links = readFileSync(url, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)(?:#[\w-]*)?\)/g);
    for (const [, path] of links)
      expect(() => readFileSync(new URL(path!, url)), path).not.toThrow(/ENOENT/);
  });
});
