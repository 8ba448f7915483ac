// Every kind of feature: several customers' values as one read what one customer's would who had had
// the events of all, in order of their times.

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type FeatureRuntime,
  featureCounters,
  prepareFeature,
} from '../../../src/engine/features/features.ts';
import type { FeatureKind } from '../../../src/model/catalog.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import type { MaybeValue } from '../../../src/model/value.ts';
import { same, snapshot } from '../features/brute-force.ts';
import {
  DAY,
  define,
  event,
  HOUR,
  NOON,
  SEED,
  sayWhichSeed,
  scopeOf,
} from '../features/feature-builders.ts';

beforeAll(sayWhichSeed);

/** Whose event of three it was, how long ago, under which key, and what it carried. */
interface Happened {
  readonly of: number;
  readonly agoMs: number;
  readonly key: number;
  readonly cents: number;
}

/** A new kind does not compile before it is here. */
const KINDS = Object.keys({
  ...{ count: 0, sum: 0, mean: 0, min: 0, max: 0, first: 0, last: 0, latest: 0, distinct: 0 },
  ...{ recent: 0, interval: 0, affinity: 0, days: 0, trend: 0 },
} satisfies Record<Exclude<FeatureKind, 'formula'>, 0>) as FeatureKind[];
const PER_EVENT: readonly string[] = ['count', 'first', 'last', 'interval', 'days', 'trend'];
const KEYS = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];

/** In order of their times, which differ. */
const histories = fc
  .uniqueArray(
    fc.record({
      of: fc.nat(2),
      agoMs: fc.oneof(
        fc.integer({ min: 0, max: 3 * DAY }),
        // Many in a few buckets of a window of a day.
        fc.integer({ min: 0, max: HOUR / 2 }),
        fc.constantFrom(0, 1, DAY - 1, DAY, DAY + 1, 2 * DAY, DAY + 24 * 60_000, HOUR),
      ),
      key: fc.oneof(fc.nat(5), fc.constantFrom(1, 1, 2)),
      cents: fc.integer({ min: -300, max: 300 }),
    }),
    { selector: ({ agoMs }) => agoMs, minLength: 4, maxLength: 30, size: 'max' },
  )
  .map((events) => events.sort((a, b) => b.agoMs - a.agoMs));

function prepared(kind: FeatureKind, windowMs: number | null, keyed: boolean, keep = 4) {
  const isAffinity = kind === 'affinity';
  const value = PER_EVENT.includes(kind) ? [] : [isAffinity ? 'properties.k' : 'properties.v'];
  const by = keyed && !isAffinity ? ['properties.k'] : null;
  // A keyed feature keeps all keys here: what leaves is tested by itself.
  const more = { keep: keyed ? KEYS.length : keep, halfLifeMs: DAY, windowMs, value, by };
  const weights = new Map([['*', 3]]);
  const definition = define({ kind, ...more, weights: isAffinity ? weights : new Map() });
  return prepareFeature(definition, 'Asia/Shanghai');
}

function feed(feature: FeatureRuntime, events: readonly Happened[]): FeatureValue {
  let value: FeatureValue = null;
  for (const { agoMs, key, cents } of events) {
    const properties: JsonObject = { k: `k${key}`, v: cents / 100 };
    const one = event(NOON - agoMs, properties);
    value = feature.update(value, one, scopeOf(one, NOON - agoMs), NOON - agoMs);
  }
  return value;
}

/** Three customers' values as one, in either order. */
function merged(
  feature: FeatureRuntime,
  events: readonly Happened[],
): [FeatureValue, FeatureValue] {
  const [a, b, c] = [0, 1, 2].map((whose) =>
    feed(
      feature,
      events.filter(({ of }) => of === whose),
    ),
  ) as [FeatureValue, FeatureValue, FeatureValue];
  const shown = () => JSON.stringify([a, b, c].map(snapshot));
  const before = shown();
  const one = feature.merge(feature.merge(a, b, NOON), c, NOON);
  const other = feature.merge(a, feature.merge(b, c, NOON), NOON);
  expect(shown()).toBe(before);
  snapshot(one);
  return [one, other];
}

/** All that can be read of it, now and later. */
function readings(feature: FeatureRuntime, value: FeatureValue): MaybeValue[] {
  const times = [NOON, NOON + HOUR, NOON + DAY - HOUR, NOON + 2 * DAY];
  return times.flatMap((nowMs) => [
    ...(feature.definition.by === null ? [] : [feature.top(value, nowMs)]),
    feature.definition.kind === 'affinity' ? undefined : feature.read(value, nowMs),
    ...KEYS.map((key) => feature.readKey(value, key, nowMs)),
  ]);
}

/** Exactly, but for decayed weights, which are sums of powers. */
function expectSame(feature: FeatureRuntime, one: FeatureValue, other: FeatureValue): void {
  const [a, b] = [readings(feature, one), readings(feature, other)];
  if (feature.definition.kind !== 'affinity') expect(a).toEqual(b);
  else if (!a.every((value, i) => same(value, b[i]))) expect.fail(`${a} is not ${b}`);
}

describe('customers as one', () => {
  for (const kind of KINDS) {
    const windows = kind === 'trend' ? [DAY] : [null, DAY];
    const shapes = kind === 'affinity' ? [true] : [false, true];
    const cases = windows.flatMap((windowMs) => shapes.map((keyed) => ({ windowMs, keyed })));
    test.each(cases)(`${kind} reads as one list would (%o)`, ({ windowMs, keyed }) => {
      const feature = prepared(kind, windowMs, keyed);
      fc.assert(
        fc.property(histories, (events) => {
          const [value, other] = merged(feature, events);
          expectSame(feature, value, feed(feature, events));
          expectSame(feature, other, value);
          // It goes on like any other value.
          const next = { of: 0, agoMs: -HOUR, key: 1, cents: 125 };
          const grown = (before: FeatureValue) => {
            const one = event(NOON + HOUR, { k: 'k1', v: next.cents / 100 });
            return feature.update(before, one, scopeOf(one, NOON + HOUR), NOON + HOUR);
          };
          expectSame(feature, grown(value), feed(feature, [...events, next]));
        }),
        { seed: SEED, numRuns: 20 },
      );
    });
  }

  test('a value that one of them lacks is that of the other', () => {
    for (const kind of KINDS) {
      for (const keyed of [false, true]) {
        const feature = prepared(kind, DAY, keyed);
        const value = feed(feature, [{ of: 0, agoMs: 0, key: 1, cents: 1 }]);
        expect(feature.merge(value, null, NOON)).toBe(value);
        expect(feature.merge(null, value, NOON)).toBe(value);
        expect(feature.merge(null, null, NOON)).toBeNull();
      }
    }
  });
});

describe('what leaves when there are too many keys', () => {
  const timed = ['last', 'latest', 'recent', 'interval', 'affinity'] as const;
  test.each(timed)('of %s the keys written last stay, whosever they were', (kind) => {
    const isAffinity = kind === 'affinity';
    const value = PER_EVENT.includes(kind) ? [] : [isAffinity ? 'properties.k' : 'properties.v'];
    const by = isAffinity ? null : ['properties.k'];
    const definition = define({ kind, value, by, halfLifeMs: DAY, keep: 3 });
    const feature = prepareFeature(definition, 'UTC');
    fc.assert(
      fc.property(histories, (events) => {
        const keys = (of: FeatureValue) => [...((of ?? new Map()) as Map<string, unknown>).keys()];
        const [one, other] = merged(feature, events).map(keys);
        expect(one).toEqual(keys(feed(feature, events)));
        expect(other).toEqual(one);
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  test('where values show no time the maps take turns, and it is counted', () => {
    const counters = featureCounters();
    const definition = define({ kind: 'count', by: ['properties.k'], keep: 3 });
    const feature = prepareFeature(definition, 'UTC', counters);
    const into = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 4],
    ]);
    const from = new Map([
      ['c', 8],
      ['d', 16],
      ['e', 32],
    ]);
    const value = feature.merge(into, from, NOON) as Map<string, number>;
    expect([...value]).toEqual([
      ['b', 2],
      ['e', 32],
      ['c', 12],
    ]);
    expect(counters.keysEvicted).toBe(2);
  });

  test('keys with nothing left in their window are gone first', () => {
    const definition = define({ kind: 'count', by: ['properties.k'], keep: 2, windowMs: DAY });
    const feature = prepareFeature(definition, 'UTC');
    const at = (agoMs: number, key: number) => ({ of: 0, agoMs, key, cents: 1 });
    const into = feed(feature, [at(DAY, 1), at(HOUR, 2)]);
    const from = feed(feature, [at(2 * DAY, 3), at(HOUR, 4)]);
    const value = feature.merge(into, from, NOON + HOUR);
    expect([...(value as Map<string, unknown>).keys()].sort()).toEqual(['k2', 'k4']);
  });
});

describe('what two values cannot tell', () => {
  const stored = (kind: FeatureKind, happened: readonly (readonly [JsonValue, number])[]) => {
    const value = PER_EVENT.includes(kind) ? [] : ['properties.v'];
    const feature = prepareFeature(define({ kind, value, type: 'number' }), 'UTC');
    let made: FeatureValue = null;
    for (const [v, agoMs] of happened) {
      const one = event(NOON - agoMs, { v });
      made = feature.update(made, one, scopeOf(one, NOON), NOON);
    }
    return { feature, made };
  };

  test('of two at the same time: the one of who stays is the later', () => {
    for (const kind of ['latest', 'recent'] as const) {
      const { feature, made } = stored(kind, [['mine', 5]]);
      const other = stored(kind, [['other', 5]]).made;
      const read = feature.read(feature.merge(made, other, NOON), NOON);
      expect(read).toEqual(kind === 'latest' ? 'mine' : ['mine', 'other']);
    }
  });

  test('an instant of both counts once at an end of both, and twice in the middle of one', () => {
    const { feature, made } = stored('interval', [
      [0, 9_000],
      [0, 5_000],
      [0, 1_000],
    ]);
    const read = (of: FeatureValue) => feature.read(feature.merge(made, of, NOON), NOON);
    expect(read(stored('interval', [[0, 1_000]]).made)).toBe(4);
    expect(read(stored('interval', [[0, 9_000]]).made)).toBe(4);
    expect(read(made)).toBe(8 / 3);
    expect(read(stored('interval', [[0, 5_000]]).made)).toBe(8 / 3);
  });

  test('sums of other than hundredths keep the precision of one list', () => {
    const parts = [1 / 3, 1e15, -1e15, 2 / 7];
    const { feature, made } = stored('sum', [
      [parts[0]!, 4],
      [parts[1]!, 3],
    ]);
    const other = stored('sum', [
      [parts[2]!, 2],
      [parts[3]!, 1],
    ]).made;
    expect(feature.read(feature.merge(made, other, NOON), NOON)).toBeCloseTo(1 / 3 + 2 / 7, 14);
    const large = stored('sum', [[Number.MAX_VALUE, 1]]).made;
    expect(feature.read(feature.merge(large, large, NOON), NOON)).toBe(Number.MAX_VALUE);
  });

  test('days that one only counted are taken to be those of the other', () => {
    const { feature } = stored('days', []);
    // 10 days before day 100, which are only counted, and days 100 and 101.
    const counted: FeatureValue = [10, 100, 2];
    const read = (a: FeatureValue, b: FeatureValue) =>
      feature.read(feature.merge(a, b, NOON), NOON);
    for (const [other, days] of [
      [[0, 100, 2], 12],
      [[0, 50, 4, 60, 2], 14],
      [[0, 50, 20, 40, 2], 24],
      [[30, 90, 2], 34],
    ] as const) {
      expect(read(counted, other)).toBe(days);
      expect(read(other, counted)).toBe(days);
    }
  });

  test('long values of before their hashes were kept are the same values', () => {
    const long = 'a text of more than sixteen characters';
    const { feature, made } = stored('distinct', [[long, 1]]);
    expect(feature.read(feature.merge(made, new Map([[long, 0]]), NOON), NOON)).toBe(1);
  });
});
