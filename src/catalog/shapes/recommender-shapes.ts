// What a catalog says of items, and the recommenders over them.

import { z } from 'zod';
import { MODELS, RANKS, RECOMMEND_LIMIT_MAX } from '../../model/recommending.ts';
import {
  expression,
  freeText,
  listOf,
  mapOf,
  may,
  must,
  oneOrMore,
  paths,
  record,
  span,
  wholeNumber,
  words,
} from './scalars.ts';

const WEIGHT_MAX = 1_000;
const SOURCES_MAX = 8;

const WEIGHT = `a number above 0 and at most ${WEIGHT_MAX}`;
const weight = z
  .number({ error: WEIGHT })
  .positive({ error: WEIGHT })
  .max(WEIGHT_MAX, { error: WEIGHT })
  .describe(WEIGHT);

/** `items:`; the compiler looks at each key by itself. */
export const itemsShape = record({
  id: may(
    paths,
    'where events name items; of several the first that is there',
    'properties.product_id, then properties.products[].product_id',
  ),
  session: may(span, 'the longest pause within a session', '30m'),
  interactions: may(
    mapOf(weight, 'a map from event names to weights'),
    'events that tell of interest, and how much',
    'Product Viewed 1, Product Added 3, Order Completed 5',
  ),
});

const model = words(MODELS);

const BY = 'category, or a segment group such as segment.tier';

/** Keys of a model, wherever one is named. */
const OF_MODEL = {
  rank: may(words(RANKS), 'of bought_together: which number orders the list', 'cosine'),
  min_support: may(wholeNumber(1), 'of bought_together: orders that hold both, at least', '3'),
  by: may(
    freeText(BY, 300),
    'of trending and popular: only of the category of the seed; of popular: among customers of the ' +
      'same member of a segment group',
    'of all items, among everybody',
  ),
};

export const fallbackShape = record({ model: must(model, 'whose list it is'), ...OF_MODEL });

export const blendShape = record({
  model: must(model, 'whose list it is'),
  weight: may(weight, 'how much it counts', '1'),
  ...OF_MODEL,
});

const EXCLUSION = 'bought: 90d, viewed: 1h, in_cart, current or out_of_stock';
const exclusion = z
  .union(
    [
      z.enum(['in_cart', 'current', 'out_of_stock'], { error: EXCLUSION }),
      record({ bought: span }),
      record({ viewed: span }),
    ],
    { error: EXCLUSION },
  )
  .describe(EXCLUSION);

const perList = wholeNumber(1, RECOMMEND_LIMIT_MAX);

export const diversifyShape = record({
  brand: may(perList, 'items of one brand, at most', 'any number'),
  category: may(perList, 'items of one category, at most', 'any number'),
});

const FALLBACK = 'a model such as popular, or a map such as { model: popular, by: category }';

export const recommenderShape = record({
  model: may(model, 'where the items come from', '`blend`'),
  blend: may(
    listOf(blendShape, 'a list of models such as { model: for_you, weight: 3 }').max(SOURCES_MAX, {
      error: `at most ${SOURCES_MAX} models`,
    }),
    'several models, in the place of `model`',
    '`model`',
  ),
  ...OF_MODEL,
  seed: may(
    freeText('cart, current, bought, or a path such as event.properties.product_id', 300),
    'what the list is for',
    'what the model needs',
  ),
  limit: may(wholeNumber(1, RECOMMEND_LIMIT_MAX), 'the longest list', '10'),
  where: may(
    expression,
    'what fits: a condition over `item`, `seed` and the customer',
    'everything',
  ),
  exclude: may(
    listOf(exclusion, `a list of ${EXCLUSION}`),
    'what is left out',
    'what is out of stock, and the seeds',
  ),
  diversify: may(
    diversifyShape.describe('a map with brand, category'),
    'so that not all are alike',
    'as they come',
  ),
  fallback: may(
    oneOrMore(
      z.union([model, fallbackShape], { error: FALLBACK }),
      `${FALLBACK}, or a list of them`,
    ),
    'asked in order while the list is short',
    'the list stays short',
  ),
});
