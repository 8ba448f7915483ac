// All feature kinds, prepared once per catalog. This folder's entry: who uses features imports from
// here.

import { calendarOf } from '../../model/calendar.ts';
import type { FeatureDefinition } from '../../model/catalog.ts';
import { Count, WindowedCount } from './count.ts';
import { Days } from './days.ts';
import { DecayedWeight, WindowedDecayedWeight } from './decayed-weight.ts';
import { Distinct } from './distinct.ts';
import { Extreme, WindowedExtreme } from './extreme.ts';
import type { FeatureRuntime } from './feature-runtime.ts';
import type { FeatureCounters, Fold } from './fold.ts';
import { Interval, WindowedInterval } from './interval.ts';
import { KeyedFeature } from './keyed-feature.ts';
import { Latest } from './latest.ts';
import { First, Last, WindowedFirst } from './moment.ts';
import { PlainFeature } from './plain-feature.ts';
import { Recent } from './recent.ts';
import { Mean, Sum, WindowedMean, WindowedSum } from './sum.ts';
import { Trend } from './trend.ts';

export { selects } from './event-selector.ts';
export type { FeatureRuntime } from './feature-runtime.ts';
export type { FeatureCounters } from './fold.ts';

/** Counters at zero. */
export function featureCounters(): Required<FeatureCounters> {
  return { notNumber: 0, distinctFull: 0, keysEvicted: 0, tooLong: 0, whereUnknown: 0 };
}

/**
 * Prepares a stored feature. `timezone` is the catalog's; `counters` may be shared by many.
 * @throws Error for a formula, which stores nothing, and for a trend without a window.
 */
export function prepareFeature(
  definition: FeatureDefinition,
  timezone: string,
  counters: FeatureCounters = featureCounters(),
): FeatureRuntime {
  const fold = foldOf(definition, timezone, counters);
  return definition.by !== null || definition.kind === 'affinity'
    ? new KeyedFeature(definition, fold, counters)
    : new PlainFeature(definition, fold, counters);
}

function foldOf(definition: FeatureDefinition, timezone: string, counters: FeatureCounters): Fold {
  const { kind, windowMs, keep, halfLifeMs } = definition;
  const asSpan = definition.type === 'duration';
  const reachMs = windowMs ?? Number.POSITIVE_INFINITY;
  switch (kind) {
    case 'count':
      return windowMs === null ? new Count() : new WindowedCount(windowMs);
    case 'sum':
      return windowMs === null ? new Sum(counters) : new WindowedSum(windowMs, counters);
    case 'mean':
      return windowMs === null ? new Mean(counters) : new WindowedMean(windowMs, counters);
    case 'min':
    case 'max': {
      const sign = kind === 'max' ? 1 : -1;
      return windowMs === null
        ? new Extreme(sign, counters)
        : new WindowedExtreme(sign, windowMs, counters);
    }
    case 'first':
      return windowMs === null ? new First() : new WindowedFirst(windowMs);
    case 'last':
      return new Last(reachMs);
    case 'latest':
      return new Latest(reachMs, counters);
    case 'distinct':
      return new Distinct(windowMs, keep, counters);
    case 'recent':
      return new Recent(reachMs, keep, counters);
    case 'affinity':
      return windowMs === null
        ? new DecayedWeight(halfLifeMs, counters)
        : new WindowedDecayedWeight(windowMs, halfLifeMs, counters);
    case 'interval':
      return windowMs === null ? new Interval(asSpan) : new WindowedInterval(windowMs, asSpan);
    case 'days':
      return new Days(windowMs, calendarOf(timezone));
    case 'trend':
      if (windowMs === null) throw new Error(`feature ${definition.name}: a trend needs a window`);
      return new Trend(windowMs);
    case 'formula':
      throw new Error(`feature ${definition.name}: a formula stores nothing`);
  }
}
