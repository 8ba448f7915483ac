// Lists, and what came of them: each rule of the views on recommendations with what tries to break it. A
// case has a recommender of its own name, so that a row of the funnel is a case, and customers of its own.
//
// A list is given at 10:00 of 10 March, with `a` and `b` of `similar` and `c` of `popular`. What is bought
// costs powers of two, so that a sum tells what is in it.

import type { Model } from '../../src/model/recommending.ts';
import { ToldHistory } from './told-history.ts';

const ABC: readonly (readonly [string, Model])[] = [
  ['a', 'similar'],
  ['b', 'similar'],
  ['c', 'popular'],
];

const at = (time: string) => `2026-03-${time.includes('T') ? time : `10T${time}`}Z`;

class Shop {
  readonly history = new ToldHistory();
  private orders = 0;

  list(name: string, customer: string, rest: object = {}): this {
    const told = { id: `l ${name}`, customer, at: at('10:00'), recommender: name, items: ABC };
    this.history.list({ ...told, ...rest });
    return this;
  }

  /** @param list what the page says of where the item was */
  did(what: 'Clicked' | 'Added', customer: string, time: string, list: unknown, item: unknown) {
    const properties = { product_id: item, recommendationId: list };
    this.history.event(customer, at(time), `Product ${what}`, properties);
    return this;
  }

  clicked(customer: string, time: string, list: unknown, item: unknown = 'a'): this {
    return this.did('Clicked', customer, time, list, item);
  }

  bought(customer: string, time: string, products: unknown, rest: object = {}): this {
    const properties = { order_id: `o${++this.orders}`, products, ...rest };
    this.history.event(customer, at(time), 'Order Completed', properties);
    return this;
  }
}

const one = (item: unknown, price: unknown, rest: object = {}) => [
  { product_id: item, price, ...rest },
];

export function recommendedHistory(): ToldHistory {
  const shop = new Shop();
  counted(shop);
  forged(shop);
  inTime(shop);
  persons(shop);
  asSent(shop);
  return shop.history;
}

function counted(shop: Shop): void {
  shop
    .list('plain', 'ann')
    .clicked('ann', '10:01', 'l plain')
    .did('Added', 'ann', '10:02', 'l plain', 'a')
    // What is not in the list is not of it, whatever the order says.
    .bought('ann', '10:10', [...one('a', 1, { quantity: 2 }), ...one('z', 512)], {
      recommendationId: 'l plain',
    });
  shop
    .list('twice', 'tim')
    .clicked('tim', '10:01', 'l twice')
    .clicked('tim', '10:05', 'l twice')
    .did('Added', 'tim', '10:06', 'l twice', 'b')
    .did('Added', 'tim', '10:07', 'l twice', 'b')
    .clicked('tim', '10:08', 'l twice', 'c')
    .bought('tim', '11:00', one('a', 4))
    .bought('tim', '12:00', one('a', 8));
  // The item was in both lists: an order is of the list that was clicked last before it.
  shop
    .list('first', 'two')
    .list('second', 'two', {
      items: [
        ['x', 'trending'],
        ['a', 'for_you'],
      ],
    })
    .clicked('two', '10:01', 'l first')
    .bought('two', '10:02', one('a', 16))
    .clicked('two', '10:03', 'l second')
    .bought('two', '10:04', one('a', 32))
    .clicked('two', '10:05', 'l first')
    // Of two at once it is the list that was given later, and of these the one of the larger id.
    .clicked('two', '10:06', 'l second')
    .clicked('two', '10:06', 'l first')
    .bought('two', '10:07', one('a', 64));
  shop
    .list('nothing to say', 'ann', { items: [] })
    .list('in a placement', 'pia', { placement: 'app_home' })
    .list('in a placement', 'pia', { id: 'l by itself', at: at('23:59:59.999') })
    .list('in a placement', 'pia', { id: 'l next day', at: at('11T00:00:00.000') })
    // However late, it is of the day of its list.
    .clicked('pia', '19T10:00', 'l by itself');
}

function forged(shop: Shop): void {
  shop
    .list('of another', 'bob')
    .clicked('eve', '10:01', 'l of another')
    .did('Added', 'eve', '10:02', 'l of another', 'a')
    .bought('eve', '10:03', one('a', 1), { recommendationId: 'l of another' })
    // Bought by who was shown it, clicked by somebody else.
    .bought('bob', '10:04', one('a', 2));
  shop.list('odd ids', 'odd');
  for (const id of [
    'nope',
    '',
    17,
    true,
    null,
    {},
    { a: 'l odd ids' },
    ['l odd ids'],
    ' l odd ids',
  ]) {
    shop.clicked('odd', '10:01', id).did('Added', 'odd', '10:01', id, 'a');
    shop.bought('odd', '10:02', one('a', 1, { recommendationId: id }), { recommendationId: id });
  }
  for (const item of ['z', '', null, 'A', {}, ['a'], `a${'a'.repeat(10_000)}`]) {
    shop.clicked('odd', '10:01', 'l odd ids', item).bought('odd', '10:02', one(item, 1));
  }
  shop.history
    .event('odd', at('10:01'), '$page', { product_id: 'a', recommendationId: 'l odd ids' })
    .event('odd', at('10:01'), 'Product Viewed', {
      product_id: 'a',
      recommendationId: 'l odd ids',
    });
}

function inTime(shop: Shop): void {
  shop
    .list('bought before', 'bea')
    .bought('bea', '10:05', one('a', 1), { order_id: 'before' })
    .clicked('bea', '10:10', 'l bought before')
    // Told again after the click, it was still bought before it.
    .bought('bea', '10:20', one('a', 2), { order_id: 'before' });
  shop
    .list('corrected', 'cor')
    .clicked('cor', '10:01', 'l corrected')
    .bought('cor', '10:10', one('a', 4), { order_id: 'corrected' })
    .bought('cor', '13T10:00', [...one('a', 8), ...one('b', 16)], { order_id: 'corrected' });
  shop
    .list('taken out', 'tao')
    .clicked('tao', '10:01', 'l taken out')
    .bought('tao', '10:10', one('a', 32, { recommendationId: 'l taken out' }), { order_id: 'out' })
    .bought('tao', '10:11', one('z', 64), { order_id: 'out' });
  shop
    .list('a day', 'day')
    .clicked('day', '10:01:00.000', 'l a day')
    .bought('day', '10:01:00.000', one('a', 1))
    .bought('day', '10:01:00.001', one('a', 2))
    .bought('day', '11T10:01:00.000', one('a', 4))
    .bought('day', '11T10:01:00.001', one('a', 8));
}

function persons(shop: Shop): void {
  const folded = (from: string, to: string, time: string, life: string) =>
    shop.history.row('i', at(time), {
      ...{ customer_id: to, from_id: from, canonical_id: to, merge_id: life, life },
      overridden_at: Date.parse(at(time)),
    });
  shop
    .list('visitor', 'anonymous:v')
    .clicked('anonymous:v', '10:01', 'l visitor')
    .bought('anonymous:v', '10:02', one('a', 1), { order_id: 'as both' })
    .bought('anonymous:v', '10:03', one('a', 128));
  folded('anonymous:v', 'vera', '10:30', 'v1');
  shop
    .did('Added', 'vera', '10:31', 'l visitor', 'b')
    .clicked('vera', '10:32', 'l visitor', 'c')
    // The same order, told under the other id; and one more.
    .bought('vera', '10:33', one('a', 2), { order_id: 'as both' })
    .bought('vera', '10:34', [...one('b', 4), ...one('c', 8)]);
  // The browser is a stranger's by now.
  shop
    .clicked('anonymous:v', '10:40', 'l visitor', 'b')
    .bought('anonymous:v', '10:41', one('a', 16))
    .list("stranger's", 'anonymous:v', { at: at('10:42') })
    .clicked('vera', '10:43', "l stranger's", 'b')
    .bought('vera', '10:44', one('b', 32));
  // Orders of two persons may have one id.
  for (const who of ['sue', 'sam']) {
    shop.list('same order id', who, { id: `l of ${who}` }).clicked(who, '10:01', `l of ${who}`);
    shop.bought(who, '10:02', one('a', 64), { order_id: 'shared' });
  }
}

function asSent(shop: Shop): void {
  shop
    .list('prices', 'pri')
    .clicked('pri', '10:01', 'l prices')
    .clicked('pri', '10:01', 'l prices', 'b')
    .clicked('pri', '10:01', 'l prices', 'c')
    .bought('pri', '10:02', [
      ...[...one('a', '1.50', { quantity: '2' }), ...one('a', 4, { quantity: 'many' })],
      ...[...one('b', undefined), ...one('b', '$8'), ...one('c', 'inf'), ...one('c', 16)],
    ]);
  // A line says which list it is of; where it does not, the order does.
  shop
    .list('of the line', 'lin')
    .list('of the order', 'lin', {
      items: [
        ['c', 'next'],
        ['d', 'next'],
      ],
    })
    .bought(
      'lin',
      '10:02',
      [
        ...one('a', 1, { recommendationId: 'l of the line' }),
        ...one('b', 2),
        ...one('c', 4),
        ...one('d', 8, { recommendationId: 'l nobody has' }),
      ],
      { recommendationId: 'l of the order' },
    );
  // After a list of mixed values, all lists are read from their text.
  shop
    .list('mixed', 'mix', {
      items: [
        ['17', 'popular'],
        ['b', 'popular'],
      ],
    })
    .clicked('mix', '10:01', 'l mixed', 17)
    .bought('mix', '10:02', [
      ...['x', 5, null],
      ...one(17, '16', { recommendationId: 'l mixed' }),
      ...one('b', 32),
    ])
    .bought('mix', '10:03', one('b', 64, { recommendationId: 'l mixed' }));
}
