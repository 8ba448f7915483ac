// What is popular among customers of one's own member of a segment group: from what history and the ledger
// say of customers and events to the list.

import { describe, expect, it } from 'vitest';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FactReader } from '../../src/model/crowd/fact-reader.ts';
import { heldOf, takeHeld } from '../../src/model/crowd/held.ts';
import { ItemTable } from '../../src/model/crowd/item-table.ts';
import { KnownMembers } from '../../src/recommend/known-members.ts';
import { type EventRow, LearnedEvents } from '../../src/recommend/learned-events.ts';
import { valid } from '../catalog/compile.ts';
import { START } from '../engine/support/catalog-builder.ts';
import { Customer } from '../engine/support/customer.ts';
import { learnedCrowd } from '../model/crowd/learned-crowd.ts';

const CATALOG = valid(`
catalog: shop
features: { orders: { count: Order Completed } }
segments:
  tier:
    - gold: orders >= 2
    - silver: orders >= 1
recommenders:
  peers: { model: popular, by: segment.tier }
  all: { model: popular }
`);
const { interactions } = CATALOG.recommending!;

/** As the ledger has it: the customer's row is there where it changed. */
function record(customer: string, item: string, tier: string | null): string {
  const properties = { product_id: item };
  const event = { customer_id: customer, event: 'Product Viewed', timestamp: START, properties };
  const row = { customer_id: customer, traits: {}, segments: tier === '' ? {} : { tier } };
  const changed = tier === null ? '' : `\nc${JSON.stringify(row)}`;
  return `2 ${START} 3 0 7 12 abc\ne${JSON.stringify(event)}${changed}`;
}

/** The same as history has it. */
function rows(customer: string, item: string, tier: string | null): EventRow[] {
  const properties = { product_id: item };
  const event = { customer_id: customer, event: 'Product Viewed', at_ms: START, properties };
  const changed = { customer_id: customer, event: '', members: [tier ?? ''] };
  return tier === null ? [event] : [changed, event];
}

const DONE: readonly [customer: string, item: string, tier: string | null][] = [
  ['g', 'ring', 'gold'],
  ['g', 'ring', null],
  ['g', 'watch', null],
  ['s', 'sock', 'silver'],
  ['s', 'ring', 'gold'],
  ...Array.from({ length: 5 }, (_, n) => [`n${n}`, 'book', null] as [string, string, null]),
  ['s', 'shoe', ''],
  ['s', 'shoe', 'platinum'],
];

function learned(read: (events: LearnedEvents, done: (typeof DONE)[number]) => unknown[]) {
  const crowd = learnedCrowd();
  const events = new LearnedEvents(interactions);
  for (const done of DONE) {
    for (const happened of read(events, done)) {
      if (happened === null) continue;
      for (const fact of crowd.tracker.learn(happened as never)) crowd.reader.read(fact);
    }
  }
  return crowd;
}

describe('popular among members', () => {
  const { tables, reader } = learned((events, done) => [events.ofRecord(record(...done))]);
  const list = (customer: Customer, recommender: string, crowd = tables) => {
    const request = {
      ...{ userId: customer.id, anonymousId: null, recommender, seed: null, limit: null },
      ...{ context: {}, explain: true },
    };
    const { recommend } = bindProgram(CATALOG, 1).recommending;
    const made = recommend(customer.state, request, 'r1', crowd, customer.nowMs);
    return made?.items.map(({ itemId, score }) => [itemId, score]);
  };
  const all = [
    ...[['book', 5] as const, ['ring', 3] as const, ['shoe', 2] as const],
    ...[['sock', 1] as const, ['watch', 1] as const],
  ];

  it('is what those did while they were what the customer is now; of no member, of all', () => {
    const customer = new Customer(CATALOG, 'u1');
    expect(list(customer, 'peers')).toEqual(list(customer, 'all'));
    expect(Object.fromEntries(list(customer, 'peers')!)).toEqual(Object.fromEntries(all));
    customer.track('Order Completed', { product_id: 'x1' });
    expect(list(customer, 'peers')).toEqual([['sock', 1]]);
    customer.track('Order Completed', { product_id: 'x2' });
    expect(list(customer, 'peers')).toEqual([
      ['ring', 3],
      ['watch', 1],
    ]);
    expect(list(customer, 'peers', learnedCrowd().tables)).toEqual([]);
  });

  it('is the same from history as from the ledger, and in a snapshot', () => {
    const history = learned((events, done) => rows(...done).map((row) => events.ofRow(row)));
    expect(history.tables.digest()).toBe(tables.digest());
    const copy = new FactReader(new CrowdTables(new ItemTable(10_000)));
    for (const held of heldOf(tables, (item) => reader.toldOf(item)))
      takeHeld(copy, JSON.parse(JSON.stringify(held)));
    expect(copy.tables.digest()).toBe(tables.digest());
    const others = learned((events, done) =>
      rows(done[0], done[1], null).map((row) => events.ofRow(row)),
    );
    expect(others.tables.digest()).not.toBe(tables.digest());
  });

  it('holds nothing of items that left', () => {
    const crowd = learnedCrowd({ itemsMax: 2 });
    const happened = {
      ...({ customerId: 'g', kind: 'view', sightings: [], weight: 1, atMs: START } as const),
      members: ['tier=gold'],
    };
    for (const itemIds of [['a'], ['b'], ['b'], ['c'], ['c']])
      for (const fact of crowd.tracker.learn({ ...happened, itemIds })) crowd.reader.read(fact);
    const ranking = crowd.ranking(crowd.tables.popular(0, null, 'tier=gold'));
    expect(Object.fromEntries(ranking)).toEqual({ b: 2, c: 2 });
  });

  it('costs who does not ask for it nothing', () => {
    const plain = new LearnedEvents({ ...interactions, groups: [] });
    expect(plain.ofRecord(record('g', 'ring', 'gold'))).not.toHaveProperty('members');
  });

  it('of more customers than are known, whose row is the oldest is of no member', () => {
    const known = new KnownMembers(interactions.groups, 2);
    for (const customer of ['a', 'b', 'a', 'c']) known.note(customer, ['gold']);
    expect(['a', 'b', 'c'].map((customer) => known.of(customer))).toEqual([
      ...[['tier=gold'], null, ['tier=gold']],
    ]);
  });
});
