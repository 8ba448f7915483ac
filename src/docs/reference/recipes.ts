// What is asked for most, each as a part of a catalog that a test runs.

import type { TriedExample } from '../../catalog/tried-example.ts';

export interface Recipe {
  readonly title: string;
  readonly text: string;
  readonly example: TriedExample;
}

export const RECIPES: readonly Recipe[] = [
  {
    title: 'How many pieces of each product',
    text:
      '`count` counts orders, whatever is in them. Pieces are the `sum` of the quantities; value and ' +
      'key are read from the same element of the list.',
    example: {
      catalog: `features:
  pieces:
    sum: "properties.products[].quantity"
    of: Order Completed
    by: "properties.products[].product_id"
  orders_with: { count: Order Completed, by: "properties.products[].product_id" }`,
      sends: [
        {
          event: 'Order Completed',
          properties: {
            products: [
              { product_id: 'p1', quantity: 3 },
              { product_id: 'p2', quantity: 1 },
            ],
          },
        },
      ],
      values: { "pieces['p1']": 3, "pieces['p2']": 1, "orders_with['p1']": 1 },
    },
  },
  {
    title: 'What was spent in each category',
    text:
      'A path reads one value, it does not multiply: send what a line costs in all (`total` of the ' +
      'line), not only the price of one piece.',
    example: {
      catalog: `features:
  spend_in:
    sum: "properties.products[].total"
    of: Order Completed
    by: "properties.products[].category"
    window: 90d
segments:
  tea_lover: spend_in['tea'] >= 50`,
      sends: [
        {
          event: 'Order Completed',
          properties: {
            products: [
              { category: 'tea', total: 60 },
              { category: 'coffee', total: 8 },
            ],
          },
        },
      ],
      values: { "spend_in['tea']": 60, 'top(spend_in)': 'tea', 'segment.tea_lover': true },
    },
  },
  {
    title: 'A split in two',
    text:
      '`bucket` puts each customer into one of n parts for ever; another salt draws anew. A share is ' +
      "`bucket('x', 100) < 20`. What shows nothing to some at all is the `holdout` of a placement.",
    example: {
      catalog: `offers:
  short_text: { eligibility: "bucket('greeting', 2) == 0", treatments: { app: { title: Hi } } }
  long_text:  { eligibility: "bucket('greeting', 2) == 1", treatments: { app: { title: Good day to you } } }
placements:
  app: {}
triggers:
  t: { on: Signed In, decide: app }`,
      sends: [{ event: 'Signed In' }],
      decided: { app: ['long_text'] },
    },
  },
  {
    title: 'An anniversary',
    text:
      'Every year on the day that a trait holds, by itself: `at` (see [moments](moments.md)). It waits ' +
      'until the placement is asked for, and `firing.trigger` keeps ordinary questions from giving it.',
    example: {
      catalog: `triggers:
  anniversary: { at: traits.member_since, decide: app, wait: 7d }
offers:
  thank_you:
    applicability: firing.trigger == 'anniversary'
    treatments: { app: { years: "{{ age(traits.member_since) }}" } }
placements:
  app: {}`,
      sends: [{ event: '$identify', properties: { member_since: '2024-11-23' } }],
      asked: { after: '23h', placement: 'app' },
      decided: { app: [{ thank_you: { years: 2 } }] },
    },
  },
  {
    title: 'A first purchase',
    text: 'The event is counted before triggers are asked: at the first one, the count is 1.',
    example: {
      catalog: `features:
  orders: { count: Order Completed }
triggers:
  first_purchase: { on: Order Completed, when: orders == 1, decide: app }
offers:
  second_order: { treatments: { app: { title: "10 % off your second order" } } }
placements:
  app: {}`,
      sends: [{ event: 'Order Completed' }],
      decided: { app: ['second_order'] },
    },
  },
  {
    title: 'Refunds',
    text:
      'Either the refund is an event with a negative total, in the same `sum`; or it has a positive ' +
      'one, and a formula takes it off.',
    example: {
      catalog: `features:
  paid:     { sum: properties.total, of: Order Completed }
  refunded: { sum: properties.total, of: Order Refunded }
  net:      { formula: paid - refunded }
segments:
  vip: net >= 100`,
      sends: [
        { event: 'Order Completed', properties: { total: 120 } },
        { event: 'Order Refunded', properties: { total: 30 } },
      ],
      values: { net: 90, 'segment.vip': false },
    },
  },
  {
    title: 'Viewed but not bought',
    text:
      'Keys of one feature can be looked up in another: `exists` goes over the products viewed, and a ' +
      'key that was never bought counts 0.',
    example: {
      catalog: `features:
  views:  { count: Product Viewed, by: properties.product_id, window: 7d }
  bought: { count: Order Completed, by: "properties.products[].product_id" }
triggers:
  undecided:
    on: Signed In
    when: views.exists(p, views[p] >= 2 && bought[p] == 0)
    decide: app
    cooldown: 7d
offers:
  reminder: { treatments: { app: { products: "{{ views.filter(p, views[p] >= 2 && bought[p] == 0) }}" } } }
placements:
  app: {}`,
      sends: [
        { event: 'Product Viewed', properties: { product_id: 'p1' } },
        { event: 'Product Viewed', properties: { product_id: 'p1' } },
        { event: 'Product Viewed', properties: { product_id: 'p2' } },
        { event: 'Product Viewed', properties: { product_id: 'p2' } },
        { event: 'Order Completed', properties: { products: [{ product_id: 'p2' }] } },
        { event: 'Signed In' },
      ],
      decided: { app: [{ reminder: { products: ['p1'] } }] },
    },
  },
];
