import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type FeatureRuntime,
  featureCounters,
  prepareFeature,
} from '../../../src/engine/features/features.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import { DAY, define, event, HOUR, NOON, SEED, sayWhichSeed, scopeOf } from './feature-builders.ts';

beforeAll(sayWhichSeed);

function add(
  feature: FeatureRuntime,
  value: FeatureValue,
  properties: JsonObject,
  atMs = NOON,
  nowMs = NOON,
): FeatureValue {
  const one = event(atMs, properties);
  return feature.update(value, one, scopeOf(one, nowMs), nowMs);
}

const keysOf = (value: FeatureValue): string[] => [...(value as Map<string, unknown>).keys()];

describe('keys of a feature with `by`', () => {
  test('at most `keep` are kept; the least recently written leaves, and is counted', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        (written, keep) => {
          const counters = featureCounters();
          const definition = define({ kind: 'count', by: ['properties.k'], keep });
          const feature = prepareFeature(definition, 'UTC', counters);
          let value: FeatureValue = null;
          const model = new Map<string, number>();
          let evicted = 0;
          for (const key of written) {
            value = add(feature, value, { k: `k${key}` });
            const count = (model.get(`k${key}`) ?? 0) + 1;
            model.delete(`k${key}`);
            model.set(`k${key}`, count);
            if (model.size > keep) {
              model.delete([...model.keys()][0]!);
              evicted++;
            }
          }
          expect([...((value ?? new Map()) as Map<string, number>)]).toEqual([...model]);
          expect(counters.keysEvicted).toBe(evicted);
        },
      ),
      { seed: SEED },
    );
  });

  test('a contribution that changes no value makes its key recent all the same', () => {
    const feature = prepareFeature(
      define({ kind: 'max', value: ['properties.v'], by: ['properties.k'], keep: 2 }),
      'UTC',
    );
    let value = add(feature, null, { k: 'a', v: 9 });
    value = add(feature, value, { k: 'b', v: 9 });
    value = add(feature, value, { k: 'a', v: 1 });
    value = add(feature, value, { k: 'c', v: 1 });
    expect(keysOf(value)).toEqual(['a', 'c']);
  });

  test('what did not contribute makes no key and changes nothing', () => {
    const feature = prepareFeature(
      define({ kind: 'sum', value: ['properties.v'], by: ['properties.k'] }),
      'UTC',
    );
    expect(add(feature, null, { k: 'a', v: 'much' })).toBeNull();
    expect(add(feature, null, { k: 'a' })).toBeNull();
    const value = add(feature, null, { k: 'a', v: 1 });
    expect(add(feature, value, { v: 2 })).toBe(value);
    expect(add(feature, value, { k: null, v: 2 })).toBe(value);
    expect(add(feature, value, { k: { a: 1 }, v: 2 })).toBe(value);
    expect(add(feature, value, { k: ['a'], v: 2 })).toBe(value);
  });

  test('numbers and booleans are keys as texts', () => {
    const feature = prepareFeature(define({ kind: 'count', by: ['properties.k'] }), 'UTC');
    let value = add(feature, null, { k: 7 });
    value = add(feature, value, { k: '7' });
    value = add(feature, value, { k: true });
    value = add(feature, value, { k: '' });
    expect(feature.read(value, NOON)).toEqual({ 7: 2, true: 1, '': 1 });
  });

  test('keys named like parts of a prototype are keys like others', () => {
    const feature = prepareFeature(define({ kind: 'count', by: ['properties.k'] }), 'UTC');
    let value: FeatureValue = null;
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    for (const k of names) value = add(feature, value, { k });
    const read = feature.read(value, NOON) as Record<string, number>;
    expect(Object.getPrototypeOf(read)).toBeNull();
    expect(Object.keys(read)).toEqual(names);
    expect(Object.values(read)).toEqual([1, 1, 1, 1]);
    expect(feature.readKey(value, '__proto__', NOON)).toBe(1);
    expect(feature.readKey(null, '__proto__', NOON)).toBe(0);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('keys whose window has passed read as missing and leave at the next write', () => {
    const feature = prepareFeature(
      define({ kind: 'count', by: ['properties.k'], windowMs: HOUR }),
      'UTC',
    );
    let value = add(feature, null, { k: 'a' });
    value = add(feature, value, { k: 'b' }, NOON + 1, NOON + 1);
    const later = NOON + 2 * HOUR;
    expect(feature.read(value, later)).toEqual({});
    expect(feature.readKey(value, 'a', later)).toBe(0);
    expect(feature.top(value, later)).toBeUndefined();
    value = add(feature, value, { k: 'c' }, later, later);
    expect(keysOf(value)).toEqual(['c']);
  });

  test.each([
    ['interval', (now: number) => [now - 10, now - 5]],
    ['trend', (now: number) => [now - 10, now - 5]],
  ] as const)('a key of a windowed %s that is still absent does not leave', (kind, times) => {
    const feature = prepareFeature(
      define({ kind, by: ['properties.k'], windowMs: HOUR, keep: 5 }),
      'UTC',
    );
    const [first, second] = times(NOON);
    const value = add(feature, null, { k: 'a' }, first, first);
    expect(feature.read(value, NOON)).toEqual({});
    expect(keysOf(add(feature, value, { k: 'b' }, second, NOON))).toEqual(['a', 'b']);
  });

  test('missing keys of count, sum, affinity and distinct read 0, all others are absent', () => {
    for (const kind of ['count', 'sum', 'distinct', 'affinity'] as const) {
      const by = kind === 'affinity' ? null : ['properties.k'];
      const definition = define({ kind, by, value: ['properties.v'], halfLifeMs: DAY });
      expect(prepareFeature(definition, 'UTC').readKey(null, 'x', NOON)).toBe(0);
    }
    for (const kind of ['min', 'max', 'mean', 'first', 'last', 'latest', 'interval'] as const) {
      const definition = define({ kind, by: ['properties.k'], value: ['properties.v'] });
      expect(prepareFeature(definition, 'UTC').readKey(null, 'x', NOON)).toBeUndefined();
    }
  });

  test('features without keys have no key and no top', () => {
    const feature = prepareFeature(define({ kind: 'count' }), 'UTC');
    expect(feature.readKey(3, 'x', NOON)).toBeUndefined();
    expect(feature.top(3, NOON)).toBeUndefined();
  });
});

describe('top', () => {
  const counting = prepareFeature(define({ kind: 'count', by: ['properties.k'] }), 'UTC');

  test('is the largest key, ties alphabetical, absent when empty', () => {
    let value: FeatureValue = null;
    expect(counting.top(value, NOON)).toBeUndefined();
    for (const k of ['pear', 'fig', 'apple', 'fig', 'pear']) value = add(counting, value, { k });
    expect(counting.top(value, NOON)).toBe('fig');
    value = add(counting, value, { k: 'pear' });
    expect(counting.top(value, NOON)).toBe('pear');
  });

  test('compares times, negative sums and texts', () => {
    const last = prepareFeature(
      define({ kind: 'last', by: ['properties.k'], type: 'time' }),
      'UTC',
    );
    let value = add(last, null, { k: 'new' }, NOON);
    value = add(last, value, { k: 'old' }, NOON - 1);
    expect(last.top(value, NOON)).toBe('new');

    const by = ['properties.k'];
    const sum = prepareFeature(define({ kind: 'sum', value: ['properties.v'], by }), 'UTC');
    value = add(sum, null, { k: 'a', v: -5 });
    value = add(sum, value, { k: 'b', v: -2 });
    expect(sum.top(value, NOON)).toBe('b');

    const latest = prepareFeature(define({ kind: 'latest', value: ['properties.v'], by }), 'UTC');
    value = add(latest, null, { k: 'a', v: 'x' });
    value = add(latest, value, { k: 'b', v: 'y' });
    expect(latest.top(value, NOON)).toBe('b');
    value = add(latest, value, { k: 'c', v: 1 });
    expect(latest.top(value, NOON)).toBe('c');
  });
});

describe('affinity', () => {
  const affinity = prepareFeature(
    define({
      kind: 'affinity',
      value: ['properties.category', 'properties.products[].category'],
      weights: new Map([
        ['Product Viewed', 1],
        ['Order Completed', 5],
      ]),
      halfLifeMs: 7 * DAY,
      keep: 3,
    }),
    'UTC',
  );
  const happen = (value: FeatureValue, name: string, properties: JsonObject, atMs: number) => {
    const one = event(atMs, properties, { name });
    return affinity.update(value, one, scopeOf(one, NOON), NOON);
  };

  test('a weight reads exactly when it was just added, and half of it a half-life later', () => {
    const value = happen(null, 'Order Completed', { category: 'phone' }, NOON);
    expect(affinity.readKey(value, 'phone', NOON)).toBe(5);
    expect(affinity.readKey(value, 'phone', NOON + 7 * DAY)).toBe(2.5);
  });

  test('the weight is the event name’s; each list element contributes; others do not', () => {
    let value = happen(null, 'Product Viewed', { category: 'phone' }, NOON);
    value = happen(value, 'Order Completed', { products: [{ category: 'tea' }, {}] }, NOON);
    value = happen(value, 'Order Completed', { products: [{ category: 'tea' }] }, NOON);
    expect(affinity.read(value, NOON)).toEqual({ phone: 1, tea: 10 });
    expect(happen(value, 'Product Added', { category: 'phone' }, NOON)).toBe(value);
  });

  test('a late event weighs by its own age', () => {
    let value = happen(null, 'Order Completed', { category: 'phone' }, NOON);
    value = happen(value, 'Order Completed', { category: 'phone' }, NOON - 14 * DAY);
    expect(affinity.readKey(value, 'phone', NOON)).toBe(6.25);
  });

  test('an event too old to weigh anything pushes nothing out', () => {
    let value: FeatureValue = null;
    for (const category of ['a', 'b', 'c']) {
      value = happen(value, 'Product Viewed', { category }, NOON);
    }
    const year1 = -62_135_596_800_000;
    expect(happen(value, 'Product Viewed', { category: 'old' }, year1)).toBe(value);
  });
});
