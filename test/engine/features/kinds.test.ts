import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { featureCounters, prepareFeature } from '../../../src/engine/features/features.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import { Instant, Span } from '../../../src/model/value.ts';
import {
  DAY,
  define,
  event,
  HOUR,
  NOON,
  run,
  SEED,
  sayWhichSeed,
  scopeOf,
} from './feature-builders.ts';

beforeAll(sayWhichSeed);

const v = (value: JsonValue, atMs = NOON): readonly [JsonObject, number] => [{ v: value }, atMs];

describe('sums of money', () => {
  const sum = prepareFeature(define({ kind: 'sum', value: ['properties.v'] }), 'UTC');

  test('of whole hundredths are exact, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1 }), (cents) => {
        const total = cents.reduce((a, b) => a + b, 0) / 100;
        expect(
          sum.read(
            run(
              sum,
              cents.map((one) => v(one / 100)),
            ),
            NOON,
          ),
        ).toBe(total + 0);
      }),
      { seed: SEED },
    );
    expect(sum.read(run(sum, [v(0.1), v(0.2)]), NOON)).toBe(0.3);
  });

  test('of other amounts keep what doubles lose', () => {
    expect(sum.read(run(sum, [v(1), v(1e100), v(1), v(-1e100)]), NOON)).toBe(2);
    const thousandths = Array.from({ length: 1_000 }, () => v(0.001));
    expect(sum.read(run(sum, thousandths), NOON)).toBe(1);
  });

  test('take refunds, and stay finite', () => {
    expect(sum.read(run(sum, [v(99.95), v(-99.95)]), NOON)).toBe(0);
    const huge = run(sum, [v(1e308), v(1e308), v(1e308)]);
    expect(sum.read(huge, NOON)).toBe(Number.MAX_VALUE);
    expect(sum.read(run(sum, [v(-1e308), v(-1e308)]), NOON)).toBe(-Number.MAX_VALUE);
    const windowed = prepareFeature(
      define({ kind: 'sum', value: ['properties.v'], windowMs: HOUR }),
      'UTC',
    );
    const spread = [v(1e308), v(1e308, NOON - HOUR / 2), v(1e308, NOON - HOUR / 4)];
    expect(windowed.read(run(windowed, spread), NOON)).toBe(Number.MAX_VALUE);
  });

  test.each(['sum', 'min', 'max', 'mean'] as const)('%s counts what is no number', (kind) => {
    const counters = featureCounters();
    const feature = prepareFeature(define({ kind, value: ['properties.v'] }), 'UTC', counters);
    const nested = JSON.parse('[[[1]]]') as JsonValue;
    const value = run(feature, [v('12'), v(true), v(nested), v(5), v(null), v({ a: 1 })]);
    expect(feature.read(value, NOON)).toBe(5);
    expect(counters.notNumber).toBe(3);
  });
});

describe('empty features', () => {
  test('count, sum, distinct and days read 0, all others are absent', () => {
    for (const windowMs of [null, DAY]) {
      for (const kind of ['count', 'sum', 'distinct', 'days'] as const) {
        expect(prepareFeature(define({ kind, windowMs }), 'UTC').read(null, NOON)).toBe(0);
      }
      const absent = ['min', 'max', 'mean', 'first', 'last', 'latest', 'recent', 'interval'];
      for (const kind of absent as 'min'[]) {
        expect(prepareFeature(define({ kind, windowMs }), 'UTC').read(null, NOON)).toBeUndefined();
      }
    }
    const affinity = define({ kind: 'affinity', value: ['properties.v'], halfLifeMs: DAY });
    expect(prepareFeature(affinity, 'UTC').read(null, NOON)).toEqual({});
  });

  test('features whose window has passed are empty again', () => {
    for (const kind of ['count', 'sum', 'distinct', 'days'] as const) {
      const perEvent = kind === 'count' || kind === 'days';
      const definition = define({ kind, value: perEvent ? [] : ['properties.v'], windowMs: DAY });
      const feature = prepareFeature(definition, 'UTC');
      const value = run(feature, [v(1)]);
      expect(feature.read(value, NOON)).toBe(1);
      expect(feature.read(value, NOON + 3 * DAY)).toBe(0);
    }
  });
});

describe('interval', () => {
  const interval = prepareFeature(define({ kind: 'interval' }), 'UTC');

  test('is the mean of seconds between, absent below 2', () => {
    expect(interval.read(run(interval, [v(1)]), NOON)).toBeUndefined();
    const three = [v(1, NOON - 60_000), v(1, NOON), v(1, NOON - 20_000)];
    expect(interval.read(run(interval, three), NOON)).toBe(30);
    const asSpan = prepareFeature(define({ kind: 'interval', type: 'duration' }), 'UTC');
    expect(asSpan.read(run(asSpan, three), NOON)).toEqual(new Span(30_000));
  });

  test.each([null, DAY])('an event at the first or last instant adds nothing (window %s)', (w) => {
    const feature = prepareFeature(define({ kind: 'interval', windowMs: w }), 'UTC');
    const times = [0, 0, 60_000, 60_000, 0].map((ago) => v(1, NOON - ago));
    expect(feature.read(run(feature, times), NOON)).toBe(60);
    // Between them it counts, as it came.
    expect(feature.read(run(feature, [...times, v(1, NOON - 30_000)]), NOON)).toBe(30);
  });

  test('by the type of each line of an order, an order counts once per type', () => {
    const feature = prepareFeature(
      define({ kind: 'interval', by: ['properties.products[].product_type'] }),
      'UTC',
    );
    const order = { products: [{ product_type: 'shampoo' }, { product_type: 'shampoo' }] };
    const value = run(feature, [
      [order, NOON - 2 * DAY],
      [order, NOON],
    ]);
    expect(feature.read(value, NOON)).toEqual({ shampoo: 2 * 86_400 });
  });
});

describe('distinct', () => {
  const distinct = (windowMs: number | null, keep: number, counters = featureCounters()) =>
    prepareFeature(
      define({ kind: 'distinct', value: ['properties.v'], windowMs, keep }),
      'UTC',
      counters,
    );

  test('is exact up to `keep`, then stays there and is counted', () => {
    const counters = featureCounters();
    const feature = distinct(null, 3, counters);
    const value = run(feature, [v('a'), v('b'), v('a'), v('c'), v('d'), v('e'), v('a')]);
    expect(feature.read(value, NOON)).toBe(3);
    expect(counters.distinctFull).toBe(2);
  });

  test('in a window it reads min(keep, true number) at any time', () => {
    const steps = fc.integer({ min: -1_200, max: 1_200 });
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), steps), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 4 }), (seen, keep) => {
        // Buckets of 1 ms: exact.
        const windowMs = 60;
        const feature = distinct(windowMs, keep);
        let value: FeatureValue = null;
        let nowMs = 0;
        const events: { of: string; atMs: number }[] = [];
        for (const [of, step] of seen) {
          const late = step % 3 === 0 ? step % 90 : 0;
          nowMs += Math.abs(step) % 13;
          const one = event(NOON + nowMs - late, { v: `v${of}` });
          value = feature.update(value, one, scopeOf(one, NOON + nowMs), NOON + nowMs);
          // Below 0 it is from the future, which counts as now.
          events.push({ of: `v${of}`, atMs: NOON + nowMs - Math.max(0, late) });
          const inside = events.filter((e) => e.atMs > NOON + nowMs - windowMs);
          const expected = Math.min(keep, new Set(inside.map((e) => e.of)).size);
          expect(feature.read(value, NOON + nowMs)).toBe(expected);
        }
      }),
      { seed: SEED },
    );
  });

  test('long values are kept short, also those that an older version kept whole', () => {
    const feature = distinct(null, 10);
    const [a, b] = ['a'.repeat(300), 'b'.repeat(300)] as const;
    const value = run(feature, [v(a), v(b), v(a)]) as Map<string, number>;
    expect([...value.keys()].map((key) => key.length)).toEqual([15, 15]);
    const older = new Map([[a, 0]]);
    expect(feature.read(run(feature, [v(a), v(b)], NOON, older), NOON)).toBe(2);
  });

  test('values that left the window leave the state', () => {
    const feature = distinct(HOUR, 10);
    const old = run(feature, [v('a'), v('b')]);
    const one = event(NOON + 3 * HOUR, { v: 'c' });
    const value = feature.update(old, one, scopeOf(one, NOON + 3 * HOUR), NOON + 3 * HOUR);
    expect((value as Map<string, number>).size).toBe(1);
  });

  test('thousands of values in one event are as quick as one walk over them', () => {
    const list = Array.from({ length: 5_000 }, (_, i) => i);
    const counters = featureCounters();
    const feature = prepareFeature(
      define({ kind: 'distinct', value: ['properties.v[]'] }),
      'UTC',
      counters,
    );
    expect(feature.read(run(feature, [v(list)]), NOON)).toBe(256);
    expect(counters.distinctFull).toBe(5_000 - 256);
  });
});

describe('values that are kept', () => {
  const latest = prepareFeature(define({ kind: 'latest', value: ['properties.v'] }), 'UTC');
  const recent = prepareFeature(
    define({ kind: 'recent', value: ['properties.v'], keep: 3 }),
    'UTC',
  );

  test('latest goes by event time; a later arrival wins ties', () => {
    expect(latest.read(run(latest, [v('new'), v('old', NOON - 1)]), NOON)).toBe('new');
    expect(latest.read(run(latest, [v('one'), v('two')]), NOON)).toBe('two');
    expect(latest.read(run(latest, [v(false)]), NOON)).toBe(false);
    expect(latest.read(run(latest, [v(0)]), NOON)).toBe(0);
  });

  test('latest takes a short flat list, but no objects, no nested list, nothing overlong', () => {
    expect(latest.read(run(latest, [v(['a', 1, true])]), NOON)).toEqual(['a', 1, true]);
    for (const bad of [[{ a: 1 }], [['a']], [null], Array(65).fill(1), 'x'.repeat(1_025)]) {
      expect(run(latest, [v(bad as JsonValue)])).toBeNull();
    }
  });

  test('recent is newest first, unique, at most `keep`', () => {
    const times = [v('a', NOON - 9), v('b', NOON - 5), v('a', NOON - 3), v('c'), v('b', NOON - 7)];
    expect(recent.read(run(recent, times), NOON)).toEqual(['c', 'a', 'b']);
    expect(recent.read(run(recent, [...times, v('d', NOON - 4)]), NOON)).toEqual(['c', 'a', 'd']);
    expect(recent.read(run(recent, [...times, v('e', NOON - 99)]), NOON)).toEqual(['c', 'a', 'b']);
    expect(recent.read(run(recent, [v('x'), v('y')]), NOON)).toEqual(['y', 'x']);
  });
});

describe('first, last and days', () => {
  test('read as times, by event time', () => {
    const first = prepareFeature(define({ kind: 'first', type: 'time' }), 'UTC');
    const last = prepareFeature(define({ kind: 'last', type: 'time' }), 'UTC');
    const times = [v(1, NOON - 5), v(1, NOON - 9), v(1, NOON - 7)];
    expect(first.read(run(first, times), NOON)).toEqual(new Instant(NOON - 9));
    expect(last.read(run(last, times), NOON)).toEqual(new Instant(NOON - 5));
  });

  test('a time later than now counts as now', () => {
    const last = prepareFeature(define({ kind: 'last', type: 'time' }), 'UTC');
    expect(last.read(run(last, [v(1, NOON + DAY)]), NOON)).toEqual(new Instant(NOON));
  });

  test('days without a window stay bounded, and go on counting', () => {
    const days = prepareFeature(define({ kind: 'days' }), 'UTC');
    let value: FeatureValue = null;
    // Every other day: no two in a run.
    for (let i = 0; i < 1_000; i++) {
      const at = NOON + i * 2 * DAY;
      const one = event(at);
      value = days.update(value, one, scopeOf(one, at), at);
    }
    expect(days.read(value, NOON + 2_000 * DAY)).toBe(1_000);
    expect((value as readonly unknown[]).length).toBeLessThan(520);
    // Long ago there are only counted days: a late event is taken to be among them.
    const late = event(NOON + DAY);
    const now = NOON + 2_000 * DAY;
    expect(days.update(value, late, scopeOf(late, now), now)).toBe(value);
  });

  test('a day is a local date', () => {
    const midnight = Date.UTC(2026, 10, 21, 16);
    for (const [zone, count] of [
      ['Asia/Shanghai', 2],
      ['UTC', 1],
    ] as const) {
      const days = prepareFeature(define({ kind: 'days', windowMs: 28 * DAY }), zone);
      const value = run(days, [v(1, midnight - 1), v(1, midnight)]);
      expect(days.read(value, NOON)).toBe(count);
    }
  });
});

describe('where', () => {
  test.each([
    [true, 1, 0],
    [false, 0, 0],
    [undefined, 0, 1],
  ] as const)(
    '%s: an event counts only when it is true, unknown is counted',
    (is, count, unknown) => {
      const counters = featureCounters();
      const definition = define({ kind: 'count', where: () => is });
      const feature = prepareFeature(definition, 'UTC', counters);
      expect(feature.read(run(feature, [v(1)]), NOON)).toBe(count);
      expect(counters.whereUnknown).toBe(unknown);
    },
  );
});
