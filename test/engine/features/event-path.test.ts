import { describe, expect, test } from 'vitest';
import { selects } from '../../../src/engine/features/event-selector.ts';
import {
  CONTRIBUTIONS_MAX,
  firstPresent,
  PairReader,
  readPath,
} from '../../../src/model/event-path.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import { event, NOON, path } from './feature-builders.ts';

const json = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const read = (text: string, properties: JsonObject): readonly JsonValue[] =>
  readPath(path(text), event(NOON, properties));

describe('paths', () => {
  test('walk objects, from each root', () => {
    expect(read('properties.a.b', { a: { b: 1 } })).toEqual([1]);
    const one = event(NOON, {}, { traits: { t: 'x' }, context: { page: { path: '/' } } });
    expect(readPath(path('traits.t'), one)).toEqual(['x']);
    expect(readPath(path('context.page.path'), one)).toEqual(['/']);
  });

  test('missing, null and objects are no contribution; false, 0 and "" are', () => {
    for (const a of [null, {}, { b: 1 }]) expect(read('properties.a', { a })).toEqual([]);
    expect(read('properties.a', {})).toEqual([]);
    for (const a of [false, 0, '']) expect(read('properties.a', { a })).toEqual([a]);
    expect(read('properties.a.b', { a: 'text' })).toEqual([]);
    expect(read('properties.a.b', { a: [{ b: 1 }] })).toEqual([]);
    expect(read('properties.length', { a: 1 })).toEqual([]);
  });

  test('`[]` walks lists, each element contributing; what is no list does not', () => {
    const list = { l: [{ a: 1 }, {}, { a: null }, 'x', { a: 2 }, null, [{ a: 3 }]] };
    expect(read('properties.l[].a', list)).toEqual([1, 2]);
    expect(read('properties.l[]', { l: ['a', null, {}, 'b'] })).toEqual(['a', 'b']);
    expect(read('properties.l[].a', { l: { a: 1 } })).toEqual([]);
    expect(read('properties.l[].m[].a', { l: [{ m: [{ a: 1 }, { a: 2 }] }, { m: [] }] })).toEqual([
      1, 2,
    ]);
  });

  test('only own properties are read', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(read(`properties.${name}`, {})).toEqual([]);
      expect(read(`properties.a.${name}.name`, { a: {} })).toEqual([]);
    }
    expect(read('properties.__proto__.b', json('{"__proto__":{"b":1}}'))).toEqual([1]);
  });

  test('of several paths the first present counts', () => {
    const paths = [path('properties.a'), path('properties.l[].a')];
    expect(firstPresent(paths, event(NOON, { a: 1, l: [{ a: 2 }] }))).toEqual([1]);
    expect(firstPresent(paths, event(NOON, { a: null, l: [{ a: 2 }] }))).toEqual([2]);
    expect(firstPresent(paths, event(NOON, { l: [] }))).toEqual([]);
  });
});

describe('values with their keys', () => {
  const pairs = (values: string[], by: string[], properties: JsonObject) => {
    const found = new PairReader(values.map(path), by.map(path)).read(event(NOON, properties));
    return found === null ? null : found.keys.map((key, i) => [key, found.values[i]]);
  };

  test('on the same list come from the same element', () => {
    const products = [
      { type: 'shampoo', brand: 'A' },
      { type: 'soap' },
      { brand: 'C' },
      { type: 'tea', brand: 'D' },
    ];
    expect(
      pairs(['properties.products[].brand'], ['properties.products[].type'], { products }),
    ).toEqual([
      ['shampoo', 'A'],
      ['tea', 'D'],
    ]);
  });

  test('deeper lists stay within their element', () => {
    const orders = [
      { shop: 's1', lines: [{ v: 1 }, { v: 2 }] },
      { shop: 's2', lines: [{ v: 3 }] },
    ];
    const [values, by] = ['properties.orders[].lines[].v', 'properties.orders[].shop'];
    expect(pairs([values], [by], { orders })).toEqual([
      ['s1', 1],
      ['s1', 2],
      ['s2', 3],
    ]);
    expect(pairs([by], [values], { orders })).toEqual([
      [1, 's1'],
      [2, 's1'],
      [3, 's2'],
    ]);
  });

  test('on different lists combine', () => {
    const properties = { total: 5, tags: ['x', 'y'], ids: [1, 2] };
    expect(pairs(['properties.total'], ['properties.tags[]'], properties)).toEqual([
      ['x', 5],
      ['y', 5],
    ]);
    expect(pairs(['properties.ids[]'], ['properties.tags[]'], properties)).toHaveLength(4);
  });

  test('of both sides the first path present counts', () => {
    const values = ['properties.price', 'properties.products[].price'];
    const by = ['properties.type', 'properties.products[].type'];
    expect(pairs(values, by, { products: [{ price: 2, type: 'a' }] })).toEqual([['a', 2]]);
    expect(pairs(values, by, { price: 9, products: [{ price: 2, type: 'a' }] })).toEqual([
      ['a', 9],
    ]);
    expect(pairs(values, by, { price: 9 })).toBeNull();
    expect(pairs(values, by, { type: 'a' })).toBeNull();
  });

  test('unrelated lists that multiply are cut off', () => {
    const many = Array.from({ length: 1_000 }, (_, i) => i);
    const found = pairs(['properties.a[]'], ['properties.b[]'], { a: many, b: many });
    expect(found).toHaveLength(CONTRIBUTIONS_MAX);
  });
});

describe('selecting events', () => {
  const any = { any: true, names: [] };
  const one = (type: 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias', name: string) =>
    event(NOON, {}, { type, name });

  test('"*" is every track, page and screen, not identify, group, alias or an outcome', () => {
    expect(selects(any, one('track', 'X'))).toBe(true);
    expect(selects(any, one('page', '$page'))).toBe(true);
    expect(selects(any, one('screen', '$screen'))).toBe(true);
    expect(selects(any, one('identify', '$identify'))).toBe(false);
    expect(selects(any, one('group', '$group'))).toBe(false);
    expect(selects(any, one('alias', '$alias'))).toBe(false);
    expect(selects(any, one('track', 'Offer Clicked'), true)).toBe(false);
  });

  test('a name is exact and case-sensitive, a dot means nothing', () => {
    const named = { any: false, names: ['Order.Completed', '$identify'] };
    expect(selects(named, one('track', 'Order.Completed'))).toBe(true);
    expect(selects(named, one('track', 'order.completed'))).toBe(false);
    expect(selects(named, one('track', 'Order'))).toBe(false);
    expect(selects(named, one('identify', '$identify'))).toBe(true);
  });
});
