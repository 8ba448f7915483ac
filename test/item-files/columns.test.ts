// Which column is taken for which field, as exports of shops have them.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COLUMN_NAMES, columnsText, isTarget, targetsOf } from '../../src/item-files/columns.ts';

/** As it is told: `fields: …; properties: …; left out: …`. */
function told(names: string, map: Record<string, string> = {}, keepsOthers = true): string {
  const list = names.split(',');
  return columnsText(list, targetsOf(list, { map: new Map(Object.entries(map)), keepsOthers }));
}

it.each([
  ['itemId,name,properties.colour', 'fields: itemId, name; properties: colour'],
  [
    'id,title,product_type,google_product_category,brand,price,sale_price,availability,link',
    'fields: id → itemId, title → name, product_type → category, brand, price, availability → inStock; ' +
      'properties: google_product_category, sale_price, link',
  ],
  [
    'Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Variant SKU,Variant Inventory Qty,Variant Price',
    'fields: Handle → itemId, Title → name, Vendor → brand, Product Category → category, Tags → tags, ' +
      'Variant Inventory Qty → inStock, Variant Price → price; properties: Body (HTML), Type, Variant SKU',
  ],
  [
    'ID,Type,SKU,Name,In stock?,Stock,Regular price,Categories,Cross-sells',
    'fields: ID → itemId, Name → name, In stock? → inStock, Regular price → price, ' +
      'Categories → category, Cross-sells → accessories; properties: Type, SKU, Stock',
  ],
  [
    'sku,name,manufacturer,is_in_stock,qty,price,crosssell_skus',
    'fields: sku → itemId, name, manufacturer → brand, is_in_stock → inStock, price, ' +
      'crosssell_skus → accessories; properties: qty',
  ],
])('%s', (names, expected) => {
  expect(told(names)).toBe(expected);
});

it('what is asked for comes before what is guessed', () => {
  expect(told('id,artikel,titel,x', { artikel: 'itemId', titel: 'name', x: '' })).toBe(
    'fields: artikel → itemId, titel → name; properties: id; left out: x',
  );
  expect(told('id,price,rrp', { rrp: 'price', price: 'properties.sale' })).toBe(
    'fields: id → itemId, rrp → price; properties: sale',
  );
});

it('what is there twice, has no name or is not wanted is left out', () => {
  expect(told('id,name,name,,image,image')).toBe(
    'fields: id → itemId, name; properties: image; left out: name, (no name), image',
  );
  expect(told('id,colour,properties.size', {}, false)).toBe(
    'fields: id → itemId; properties: size; left out: colour',
  );
});

it('names are anybody’s', () => {
  expect(told('id,__proto__,constructor')).toBe(
    'fields: id → itemId; properties: __proto__, constructor',
  );
});

it('only fields and properties may be asked for', () => {
  expect(['itemId', 'properties.x', ''].map(isTarget)).toEqual([true, true, true]);
  expect(['id', 'properties.', '__proto__', 'known'].map(isTarget)).toEqual(Array(4).fill(false));
});

it('the page names all columns that are known, in their order', () => {
  const page = new URL('../../docs/recommendations.md', import.meta.url);
  const section = readFileSync(page, 'utf8').split('### From a file')[1]!;
  for (const [field, names] of COLUMN_NAMES) {
    const row = section
      .split('\n')
      .find((line) => line.startsWith('| `') && line.includes(`\`${field}\``));
    // `starts` and `ends` have one row.
    const cell = row!
      .split('|')[2]!
      .split(';')
      .find((part) => part.includes(`\`${field}\``))!;
    const told = [...cell.matchAll(/`([^`.]+)`/g)].map(([, name]) => name!);
    const known = told.map((name) => name.toLowerCase().replaceAll('_', ''));
    expect(known.slice(0, names.length)).toEqual(names);
  }
});
