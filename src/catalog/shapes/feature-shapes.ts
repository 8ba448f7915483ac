// One shape per kind of feature: which keys it takes, and which of them it cannot do without.

import { z } from 'zod';
import type { FeatureKind } from '../../model/catalog.ts';
import {
  expression,
  mapOf,
  may,
  must,
  paths,
  record,
  selector,
  span,
  wholeNumber,
} from './scalars.ts';

/** Values, keys or items that one feature may be told to keep. */
export const KEEP_MAX = 10_000;

const keep = may(
  wholeNumber(1, KEEP_MAX),
  'how many keys, values (`distinct`) or items (`recent`) are kept; the least recent leaves',
  '100; 256 of `distinct`',
);
const where = may(
  expression,
  'only events for which it is true; it sees the customer just before the event',
  'all events',
);
const window = may(span, 'only what happened within so long before now', 'for ever');
const by = may(paths, 'one value for each key that is found here', 'one value');
const weight = z.number({ error: 'a number' }).describe('a number; below 0 to count against a key');
const weights = mapOf(weight, 'a map from event names to weights such as { Product Viewed: 1 }');
const of = must(selector, 'the events that are looked at');

const perEvent = { by, keep, where, window };
const perValue = { of, by, keep, where, window };

/** By kind; the kind is also the key that tells it. */
export const FEATURE_SHAPES = {
  count: record({ count: must(selector, 'how many of these events'), ...perEvent }),
  sum: record({ sum: must(paths, 'the sum of these numbers'), ...perValue }),
  min: record({ min: must(paths, 'the smallest of these numbers'), ...perValue }),
  max: record({ max: must(paths, 'the largest of these numbers'), ...perValue }),
  mean: record({ mean: must(paths, 'the mean of these numbers'), ...perValue }),
  first: record({ first: must(selector, 'when the first of these events was'), ...perEvent }),
  last: record({ last: must(selector, 'when the last of these events was'), ...perEvent }),
  latest: record({ latest: must(paths, 'the most recent of these values'), ...perValue }),
  distinct: record({ distinct: must(paths, 'how many different values'), ...perValue }),
  recent: record({
    recent: must(paths, 'the most recent different values, newest first'),
    of,
    keep,
    where,
    window,
  }),
  affinity: record({
    affinity: must(paths, 'a weight for each of these values, which fades'),
    of: must(
      z
        .union([selector, weights], { error: 'event names, or a map from them to weights' })
        .describe('event names, or a map from them to weights such as { Product Viewed: 1 }'),
      'the events that are looked at, and how much one counts; `"*"`: all others',
    ),
    half_life: must(span, 'after so long, a weight is half'),
    keep,
    where,
    window,
  }),
  interval: record({
    interval: must(selector, 'the mean number of seconds between two of these events'),
    ...perEvent,
  }),
  days: record({
    days: must(selector, 'on how many days of the catalog’s timezone there were such events'),
    where,
    window,
  }),
  trend: record({
    trend: must(selector, 'how many of these events, divided by how many in the window before'),
    by,
    keep,
    where,
    window: must(span, 'the length of both windows'),
  }),
  formula: record({
    formula: must(expression, 'computed from features, traits and segments when it is read'),
  }),
} as const satisfies Record<FeatureKind, unknown>;

/** All kinds, in the order of the documentation. */
export const FEATURE_KINDS = Object.keys(FEATURE_SHAPES) as FeatureKind[];
