// What each kind of feature is for, beside its shape, with an example that a test runs.

import type { FeatureKind } from '../../model/catalog.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Sent, TriedExample } from '../tried-example.ts';

export interface FeatureText {
  /** What it reads as. */
  readonly reads: string;
  /** What it reads as when there was nothing yet. */
  readonly empty: string;
  /** What else an author must know; '' for nothing. */
  readonly note: string;
  readonly example: TriedExample;
}

const order = (properties: JsonObject, after?: string): Sent =>
  sent('Order Completed', properties, after);
const view = (product_id: string, after?: string): Sent =>
  sent('Product Viewed', { product_id }, after);

function sent(event: string, properties: JsonObject, after?: string): Sent {
  return after === undefined ? { event, properties } : { event, properties, after };
}

const feature = (line: string) => `features:\n  ${line}`;

/** By kind. */
export const FEATURE_TEXTS: Readonly<Record<FeatureKind, FeatureText>> = {
  count: {
    reads: 'a number',
    empty: '0',
    note: '',
    example: {
      catalog: feature('views: { count: Product Viewed, by: properties.product_id, window: 30m }'),
      sends: [view('p9'), view('p1', '20m'), view('p9', '15m'), view('p9', '1m')],
      values: { "views['p9']": 2, "views['p7']": 0 },
    },
  },
  sum: {
    reads: 'a number',
    empty: '0',
    note: 'Numbers below 0 are taken, too: a refund may be an event with a negative total.',
    example: {
      catalog: feature('spend: { sum: properties.total, of: [Order Completed, Order Refunded] }'),
      sends: [order({ total: 30 }), order({ total: 12.5 }), sent('Order Refunded', { total: -30 })],
      values: { spend: 12.5 },
    },
  },
  min: {
    reads: 'a number',
    empty: 'absent',
    note: '',
    example: {
      catalog: feature('cheapest: { min: "properties.products[].price", of: Order Completed }'),
      sends: [order({ products: [{ price: 9 }, { price: 4 }] })],
      values: { cheapest: 4 },
    },
  },
  max: {
    reads: 'a number',
    empty: 'absent',
    note: '',
    example: {
      catalog: feature(
        'largest_order: { max: properties.total, of: Order Completed, window: 90d }',
      ),
      sends: [order({ total: 80 }), order({ total: 30 }, '91d')],
      values: { largest_order: 30 },
    },
  },
  mean: {
    reads: 'a number',
    empty: 'absent',
    note: '',
    example: {
      catalog: feature('mean_order: { mean: properties.total, of: Order Completed }'),
      sends: [order({ total: 80 }), order({ total: 30 })],
      values: { mean_order: 55 },
    },
  },
  first: {
    reads: 'a time',
    empty: 'absent',
    note: 'By the time of the event: an older one that arrives late is the first then.',
    example: {
      catalog: feature('first_order: { first: Order Completed }'),
      sends: [order({ total: 80 }), order({ total: 30 }, '2d')],
      values: { first_order: '2026-11-22T02:00:00.000Z', 'since(first_order)': 172_800 },
    },
  },
  last: {
    reads: 'a time',
    empty: 'absent',
    note: 'In a trigger it is that of the event itself: ask `before.last_order` for the one before.',
    example: {
      catalog: `features:
  last_order: { last: Order Completed }
triggers:
  back: { on: Order Completed, when: since(before.last_order) > duration('60d'), decide: app }
offers:
  welcome_back: { treatments: { app: { title: "Welcome back" } } }
placements:
  app: {}`,
      sends: [order({ total: 80 }), order({ total: 30 }, '61d')],
      decided: { app: ['welcome_back'] },
    },
  },
  latest: {
    reads: 'the value, of whatever type',
    empty: 'absent',
    note: 'By the time of the event; of two at the same time the one that arrived later.',
    example: {
      catalog: feature(
        'brand_of: { latest: "properties.products[].brand", of: Order Completed, by: "properties.products[].type" }',
      ),
      sends: [
        order({
          products: [
            { type: 'shampoo', brand: 'A' },
            { type: 'soap', brand: 'B' },
          ],
        }),
      ],
      values: { "brand_of['soap']": 'B', "brand_of['tea']": null },
    },
  },
  distinct: {
    reads: 'a number',
    empty: '0',
    note:
      'Exact up to `keep`; there it stays. Values are told apart by how they are spelt: `1` and ' +
      '`"1"` are one. With `by`, `keep` keys with `keep` values each.',
    example: {
      catalog: feature(
        'stores: { distinct: properties.store_id, of: Order Completed, window: 90d }',
      ),
      sends: [order({ store_id: 's1' }), order({ store_id: 's2' }), order({ store_id: 's1' })],
      values: { stores: 2 },
    },
  },
  recent: {
    reads: 'a list',
    empty: 'absent',
    note: '',
    example: {
      catalog: feature('seen: { recent: properties.product_id, of: Product Viewed, keep: 20 }'),
      sends: [view('p1'), view('p2'), view('p1')],
      values: { seen: ['p1', 'p2'], 'seen[0]': 'p1', "'p2' in seen": true },
    },
  },
  affinity: {
    reads: 'a number per key',
    empty: '0',
    note:
      'The weight of an event counts for each value; plain event names weigh 1, a weight below 0 counts ' +
      'against a value. A weight w of t ago is w · 2^(−t / half_life) now.',
    example: {
      catalog: `features:
  likes:
    affinity: [properties.category, "properties.products[].category"]
    of: { Product Viewed: 1, Order Completed: 5 }
    half_life: 7d`,
      sends: [
        sent('Product Viewed', { category: 'phone' }),
        order({ products: [{ category: 'tea' }] }),
        sent('Product Viewed', { category: 'phone' }, '7d'),
      ],
      values: { "likes['phone']": 1.5, "likes['tea']": 2.5, 'top(likes)': 'tea' },
    },
  },
  interval: {
    reads: 'a number of seconds',
    empty: 'absent below two events',
    note:
      'With `by`, a trigger may `predict` the next event of a key: from three of them on, while the ' +
      'standard deviation of the gaps is no more than their mean.',
    example: {
      catalog: feature('order_gap: { interval: Order Completed }'),
      sends: [order({}), order({}, '10d'), order({}, '20d')],
      values: { 'order_gap / 86400': 15 },
    },
  },
  days: {
    reads: 'a number',
    empty: '0',
    note:
      'The window is one of whole local days: over 28d, today and the 27 days before; a part of a ' +
      'day counts as a whole one.',
    example: {
      catalog: feature('active_days: { days: "*", window: 28d }'),
      sends: [view('p1'), view('p2', '2h'), view('p3', '13h')],
      values: { active_days: 2 },
    },
  },
  trend: {
    reads: 'a number',
    empty: 'absent while nothing was in the window before',
    note: 'An event at the edge between the windows may count in both (a sixtieth of the window).',
    example: {
      catalog: feature('logins_trend: { trend: Signed In, window: 14d }'),
      sends: [sent('Signed In', {}), sent('Signed In', {}), sent('Signed In', {}, '15d')],
      values: { logins_trend: 0.5 },
    },
  },
  formula: {
    reads: 'what the expression yields',
    empty: 'absent where the expression is unknown',
    note: 'It may read other formulas; a circle is a fault. It has no event and no window of its own.',
    example: {
      catalog: `features:
  earned: { sum: properties.points, of: Points Earned }
  spent:  { sum: properties.points, of: Points Spent }
  points: { formula: earned - spent }`,
      sends: [sent('Points Earned', { points: 50 }), sent('Points Spent', { points: 20 })],
      values: { points: 30 },
    },
  },
};
