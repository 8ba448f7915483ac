// When the next event of a key is to be expected, from the gaps between its events.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareFeature } from '../../../src/engine/features/features.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import { DAY, define, event, NOON, SEED, sayWhichSeed, scopeOf } from './feature-builders.ts';

beforeAll(sayWhichSeed);

const START = NOON - 300 * DAY;
const featureOf = (windowMs: number | null) =>
  prepareFeature(define({ kind: 'interval', by: ['properties.k'], windowMs }), 'UTC');
const interval = featureOf(null);
const year = featureOf(365 * DAY);

/** What is stored after events on these days from START, in this order; each may come late. */
function bought(days: readonly number[], feature = interval, value: FeatureValue = null) {
  let stored = value;
  for (const day of days) {
    const one = event(START + day * DAY, { k: 'tea' });
    stored = feature.update(stored, one, scopeOf(one, NOON), NOON);
  }
  return stored;
}

const predicted = (stored: FeatureValue, feature = interval) =>
  feature.predictKey(stored, 'tea', NOON);

/** As it was stored before gaps were compared. */
const older = (stored: FeatureValue): FeatureValue =>
  new Map([['tea', ((stored as Map<string, number[]>).get('tea') ?? []).slice(0, 3)]]);

const gapsOf = (days: readonly number[]) => days.slice(1).map((day, i) => day - days[i]!);

/** The coefficient of variation of gaps. */
function variation(days: readonly number[]): number {
  const gaps = gapsOf(days);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
}

/** Days in order, at least 7 apart: more than a bucket of a window of a year. */
const purchases = fc
  .array(fc.oneof(fc.integer({ min: 7, max: 9 }), fc.integer({ min: 7, max: 120 })), {
    minLength: 2,
    maxLength: 12,
  })
  .map((gaps) => {
    const days = [0];
    for (const gap of gaps) days.push(days.at(-1)! + gap);
    return days.filter((day) => day < 300);
  })
  .filter((days) => days.length >= 3);

describe('a prediction', () => {
  it.each([
    [[0, 10], null],
    [[0, 10, 20], { lastMs: START + 20 * DAY, meanMs: 10 * DAY, count: 3 }],
    // A second line of one order is no purchase of its own.
    [[0, 10, 20, 20], { lastMs: START + 20 * DAY, meanMs: 10 * DAY, count: 3 }],
    [[0, 1, 2, 3, 30], null],
    [[0, 1, 2, 3, 4], { lastMs: START + 4 * DAY, meanMs: DAY, count: 5 }],
  ])('after purchases on the days %j is %j', (days, expected) => {
    expect(predicted(bought(days))).toEqual(expected);
    expect(interval.predictKey(bought(days), 'soap', NOON)).toBeNull();
  });

  it.each([
    ['for ever', interval],
    ['in a window', year],
  ])('is there where gaps vary by 1 at most, %s', (_, feature) => {
    fc.assert(
      fc.property(purchases, (days) => {
        fc.pre(Math.abs(variation(days) - 1) > 1e-6);
        const lastMs = START + days.at(-1)! * DAY;
        const meanMs = ((days.at(-1)! - days[0]!) * DAY) / (days.length - 1);
        const expected = { lastMs, meanMs, count: days.length };
        expect(predicted(bought(days, feature), feature)).toEqual(
          variation(days) <= 1 ? expected : null,
        );
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('is of what is in the window', () => {
    const feature = featureOf(90 * DAY);
    const stored = bought([0, 220, 250, 280], feature);
    expect(predicted(stored, feature)).toEqual({
      ...{ lastMs: START + 280 * DAY, meanMs: 30 * DAY, count: 3 },
    });
    expect(feature.predictKey(stored, 'tea', NOON + 60 * DAY)).toBeNull();
  });

  it('is never of another kind of feature', () => {
    const count = prepareFeature(define({ kind: 'count', by: ['properties.k'] }), 'UTC');
    expect(predicted(bought([0, 10, 20], count), count)).toBeNull();
    const plain = prepareFeature(define({ kind: 'interval' }), 'UTC');
    expect(plain.predictKey(null, 'tea', NOON)).toBeNull();
  });
});

describe('events that come late', () => {
  it('keep a regular customer predictable, and say no less of the variation than there is', () => {
    expect(predicted(bought([0, 20, 30, 10]))).toMatchObject({ count: 4, meanMs: 10 * DAY });
    expect(predicted(bought([20, 30, 10, 0]))).toMatchObject({ count: 4, meanMs: 10 * DAY });
    // Four days in a row and a month of nothing, whatever came last.
    expect(predicted(bought([0, 1, 3, 30, 2]))).toBeNull();
  });
});

describe('what was stored before gaps were compared', () => {
  it('reads as ever, and predicts once what comes is regular', () => {
    const stored = older(bought([0, 10, 20, 30]));
    expect(interval.read(stored, NOON)).toEqual({ tea: 10 * 86_400 });
    expect(predicted(stored)).toBeNull();
    // Late, between the others: nothing new is known of the gaps.
    expect(predicted(bought([15], interval, stored))).toBeNull();
    expect(predicted(bought([40], interval, stored))).toMatchObject({ count: 5 });
    expect(predicted(bought([130], interval, stored))).toBeNull();
    // One gap is known, whoever stored it.
    expect(predicted(bought([20], interval, older(bought([0, 10]))))).toMatchObject({ count: 3 });
  });
});

describe('two customers as one', () => {
  const both = (a: FeatureValue, b: FeatureValue) => predicted(interval.merge(a, b, NOON));

  it('are exact where one began when the other had ended', () => {
    fc.assert(
      fc.property(purchases, fc.nat(10), (days, at) => {
        fc.pre(Math.abs(variation(days) - 1) > 1e-6);
        const cut = 1 + (at % (days.length - 1));
        const [early, late] = [bought(days.slice(0, cut)), bought(days.slice(cut))];
        expect(both(late, early)).toEqual(predicted(bought(days)));
        expect(both(early, late)).toEqual(predicted(bought(days)));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('are predicted only where all of their gaps together would be', () => {
    fc.assert(
      fc.property(purchases, purchases, (one, two) => {
        const days = [...new Set([...one, ...two.map((day) => day + 0.5)])].sort((a, b) => a - b);
        const merged = both(bought(one), bought(two.map((day) => day + 0.5)));
        if (merged !== null) expect(variation(days)).toBeLessThanOrEqual(1 + 1e-6);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('are predicted where both are regular, and not where one is of before', () => {
    const regular = [0, 10, 20, 30, 40];
    expect(both(bought(regular), bought(regular.map((day) => day + 5)))).toMatchObject({
      count: 10,
    });
    expect(both(bought(regular), older(bought(regular)))).toBeNull();
  });
});
