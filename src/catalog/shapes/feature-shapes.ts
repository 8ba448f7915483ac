// One shape per kind of feature: which keys it takes, and which of them it cannot do without.

import { z } from 'zod';
import type { FeatureKind } from '../../model/catalog.ts';
import { expression, mapOf, paths, record, selector, span, wholeNumber } from './scalars.ts';

/** Values, keys or items that one feature may be told to keep. */
export const KEEP_MAX = 10_000;

const keep = wholeNumber(1, KEEP_MAX).optional();
const where = expression.optional();
const window = span.optional();
const by = paths.optional();
const weight = z.number({ error: 'a number' }).describe('a number; below 0 to count against a key');
const weights = mapOf(weight, 'a map from event names to weights such as { Product Viewed: 1 }');
const of = selector;

const perEvent = { by, keep, where, window };
const perValue = { of, by, keep, where, window };

/** By kind; the kind is also the key that tells it. */
export const FEATURE_SHAPES = {
  count: record({ count: selector, ...perEvent }),
  sum: record({ sum: paths, ...perValue }),
  min: record({ min: paths, ...perValue }),
  max: record({ max: paths, ...perValue }),
  mean: record({ mean: paths, ...perValue }),
  first: record({ first: selector, ...perEvent }),
  last: record({ last: selector, ...perEvent }),
  latest: record({ latest: paths, ...perValue }),
  distinct: record({ distinct: paths, ...perValue }),
  recent: record({ recent: paths, of, keep, where, window }),
  affinity: record({
    affinity: paths,
    of: z.union([selector, weights], { error: 'event names, or a map from them to weights' }),
    half_life: span,
    keep,
    where,
    window,
  }),
  interval: record({ interval: selector, ...perEvent }),
  days: record({ days: selector, where, window }),
  trend: record({ trend: selector, by, keep, where, window: span }),
  formula: record({ formula: expression }),
} as const satisfies Record<FeatureKind, unknown>;

/** All kinds, in the order of the documentation. */
export const FEATURE_KINDS = Object.keys(FEATURE_SHAPES) as FeatureKind[];
