// What expressions start from and are made of, with examples that a test runs, all about one customer.

import type { JsonValue } from '../../model/json.ts';
import type { TriedExample } from '../tried-example.ts';
import { EVENT_MEMBERS } from './access.ts';

/** The customer that the examples of expressions are about. */
export const EXPRESSION_CUSTOMER: TriedExample = {
  catalog: `consent:
  marketing: { default: denied }
features:
  orders:     { count: Order Completed }
  spend:      { sum: properties.total, of: Order Completed }
  last_order: { last: Order Completed }
  bought:     { count: Order Completed, by: "properties.products[].category" }
segments:
  vip: spend >= 100
  stage:
    - new:   orders == 1
    - loyal: orders > 1
placements:
  web: { channel: web, holdout: 5% }`,
  sends: [
    {
      event: '$identify',
      properties: { name: 'Li', city: 'Shanghai', birthday: '1990-05-20' },
    },
    {
      event: 'Order Completed',
      properties: { total: 60, products: [{ category: 'tea' }, { category: 'coffee' }] },
    },
    {
      event: 'Order Completed',
      after: '10d',
      properties: { total: 70, products: [{ category: 'tea' }] },
    },
    {
      event: 'Product Viewed',
      after: '2h',
      context: { channel: 'app' },
      properties: { product_id: 'p9', price: 699, tags: ['new', 'red'], sku: 1610521604143693812n },
    },
  ],
};

/** One line of a table: what is written, what it means, and a tried example. */
export interface ExpressionText {
  readonly written: string;
  readonly means: string;
  /** null where another part of the reference has it. */
  readonly example: readonly [expression: string, value: JsonValue] | null;
}

/** Names that expressions start from. */
export const NAME_TEXTS: readonly ExpressionText[] = [
  {
    written: '`<feature>`',
    means: "a feature; with `by`, a value per key: `x[key]`, `x['key']` or `x.key`",
    example: ["bought['tea']", 2],
  },
  {
    written: '`segment.<name>`',
    means: "whether the customer is in it; of a group the name of its member, `''` when none",
    example: ['segment.stage', 'loyal'],
  },
  { written: '`traits.<name>`', means: 'a trait', example: ['traits.city', 'Shanghai'] },
  {
    written: '`event.…`',
    means:
      `the event: \`${[...EVENT_MEMBERS.keys()].join(' ')}\`. \`event.name\` of a page or screen is ` +
      'its own; `event.event` is what selects it (`$page`). Not in formulas and segments',
    example: ['event.properties.price', 699],
  },
  {
    written: '`context.…`',
    means: 'the context of the request or the event, the batch’s underneath',
    example: ["or(context.channel, '')", 'app'],
  },
  {
    written: '`consent.<purpose>`',
    means: 'whether the customer has granted it, or what holds by default',
    example: ['consent.marketing', false],
  },
  { written: '`now`', means: 'the time', example: ['now', '2026-12-02T04:00:00.000Z'] },
  {
    written: '`before.…`',
    means:
      'features, `segment`, `traits` and `consent` just before the event; in a trigger’s `when` ' +
      'only (see `last`, and became_vip under Triggers)',
    example: null,
  },
  {
    written: '`firing.…`',
    means:
      '`firing.trigger`: the name of the trigger that fired, `firing.key`: the value of its `per`; unknown ' +
      'where none fired, as in an ordinary question, so that an offer with `applicability: ' +
      "firing.trigger == 'birthday'` is one that this trigger alone brings. Not in formulas, segments " +
      'and `where`',
    example: ["or(firing.key, 'none')", 'none'],
  },
  {
    written: '`treatment.…`',
    means:
      'what is sent of the first offer; in `channels` only, without `event`, `context`, `firing`',
    example: null,
  },
  {
    written: '`decision.…`',
    means: 'its `id placement trigger offerId`; in `channels` only',
    example: null,
  },
  {
    written: '`delivery.id`',
    means: 'the same for every attempt; in `channels` only',
    example: null,
  },
  {
    written: '`customer.id`',
    means: 'whom a message is for; in `channels` only',
    example: null,
  },
  {
    written: '`response.…`',
    means: 'the JSON that a webhook answered; in its `success`, which knows nothing else',
    example: null,
  },
  {
    written: '`item.…`',
    means:
      'an item of a list: its `itemId name category brand price inStock tags properties`; in the `where` of ' +
      '`recommenders` only, where no event is at hand',
    example: null,
  },
  {
    written: '`seed.…`',
    means: 'likewise what the list is for',
    example: null,
  },
  {
    written: '`items`',
    means:
      'the list beside the offers, of each item its `itemId source name category brand price tags` and ' +
      'properties; in treatments of placements with `recommend`, and in `applicability` and `suitability` ' +
      'of offers for such placements alone',
    example: null,
  },
];

/** Operators and literals. */
export const OPERATOR_TEXTS: readonly ExpressionText[] = [
  {
    written: '`+ - * /`',
    means: 'numbers are doubles; `+` also joins texts and lists, adds durations to times',
    example: ['7 / 2', 3.5],
  },
  { written: '`%`', means: 'of whole numbers', example: ['7 % 4', 3] },
  {
    written: '`== != < <= > >=`',
    means: 'of the same type; beside a time, an ISO text of a trait or an event counts as one',
    example: ['traits.birthday < now', true],
  },
  {
    written: '`1610521604143693812`',
    means: 'whole numbers beyond 2⁵³ keep their digits, and equal the text of them',
    example: ["event.properties.sku == '1610521604143693812'", true],
  },
  {
    written: '`&& \\|\\| !`',
    means: 'with unknown as the third value: `true \\|\\| unknown` is true',
    example: ["traits.email == 'x' || orders == 2", true],
  },
  {
    written: '`a ? b : c`',
    means: 'b where a is true, c where it is false',
    example: ["orders > 5 ? 'often' : 'seldom'", 'seldom'],
  },
  {
    written: '`in`',
    means: 'an element of a list, a key of a map',
    example: ["traits.city in ['Beijing', 'Shanghai']", true],
  },
  {
    written: '`[ ]`, `{ }`',
    means: 'lists and maps; keys are text',
    example: ['[1, 2 + 3]', [1, 5]],
  },
  {
    written: '`null`',
    means:
      '`x == null` asks whether x is absent; every other comparison with what is absent is unknown',
    example: ['traits.email == null', true],
  },
  {
    written: '`x[0]`',
    means: 'an element of a list, from 0; beyond its end unknown',
    example: ['event.properties.tags[5]', null],
  },
];
