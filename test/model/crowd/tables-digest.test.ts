// The digest is of what is held: not of the order in which customers were learned from, nor of the numbers
// that items have in a process.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CrowdTables } from '../../../src/model/crowd/crowd-tables.ts';
import type { Fact } from '../../../src/model/crowd/fact.ts';
import { FactReader } from '../../../src/model/crowd/fact-reader.ts';
import { ItemTable } from '../../../src/model/crowd/item-table.ts';
import { Tracker } from '../../../src/model/crowd/tracker.ts';
import { seeded, testSeed } from '../../support/seeded.ts';
import { learnedCrowd } from './learned-crowd.ts';

const START_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const deed = fc.record({
  customer: fc.integer({ min: 0, max: 5 }),
  kind: fc.constantFrom('view', 'add', 'purchase'),
  items: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '__proto__', '🦊', 'f'), {
    minLength: 1,
    maxLength: 4,
  }),
  hours: fc.integer({ min: -24 * 40, max: 24 * 40 }),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

const WEIGHTS = { view: 0.1, add: 0.7, purchase: 5 };

function facts(tracker: Tracker, { customer, kind, items, hours }: Deed): readonly Fact[] {
  return tracker.learn({
    customerId: `u${customer}`,
    kind: kind as keyof typeof WEIGHTS,
    itemIds: items,
    sightings: [],
    weight: WEIGHTS[kind as keyof typeof WEIGHTS],
    atMs: START_MS + hours * HOUR_MS,
  });
}

function tracker(itemsMax = 1_000): Tracker {
  return new Tracker({ sessionMs: HOUR_MS, sinceMs: START_MS, itemsMax });
}

function learned(deeds: readonly Deed[]): string {
  const tables = new CrowdTables(new ItemTable(1_000));
  const reader = new FactReader(tables);
  const own = tracker();
  for (const each of deeds) for (const fact of facts(own, each)) reader.read(fact);
  return tables.digest();
}

/** The same, with each customer's in their order, and customers in any. */
function mixed(deeds: readonly Deed[], seed: number): readonly Deed[] {
  const random = seeded(seed);
  const queues = [0, 1, 2, 3, 4, 5].map((customer) =>
    deeds.filter((each) => each.customer === customer),
  );
  const all: Deed[] = [];
  while (all.length < deeds.length) {
    const next = random.pick(queues).shift();
    if (next !== undefined) all.push(next);
  }
  return all;
}

describe('the digest of the tables', () => {
  it('is the same in whatever order customers were learned from', () => {
    const seed = testSeed();
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), fc.nat(), (deeds, order) => {
        expect(learned(mixed(deeds, order))).toBe(learned(deeds));
      }),
      { seed, numRuns: 40 },
    );
  });

  it('is the same in processes with other numbers, also where items left', () => {
    const seed = testSeed();
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const one = new FactReader(new CrowdTables(new ItemTable(100)));
        const other = new FactReader(new CrowdTables(new ItemTable(100)));
        for (const id of ['z', 'f', 'b']) other.tables.items.add(id);
        const own = tracker(4);
        for (const each of deeds) {
          for (const fact of facts(own, each)) {
            one.read(fact);
            other.read(fact);
          }
        }
        expect(other.tables.digest()).toBe(one.tables.digest());
      }),
      { seed, numRuns: 40 },
    );
  });

  it('is another one for every kind of fact', () => {
    const steps: ((crowd: ReturnType<typeof learnedCrowd>) => void)[] = [
      ({ views }) => views('u1', ['a', 'b'], START_MS),
      ({ views }) => views('u2', ['a', 'b'], START_MS),
      ({ views }) => views('u1', ['a'], START_MS + HOUR_MS),
      ({ buys }) => buys('u1', ['a'], START_MS + HOUR_MS),
      ({ buys }) => buys('u1', ['b'], START_MS + HOUR_MS),
      ({ reader }) => reader.read({ kind: 'basket', items: [0] }),
      ({ reader }) => reader.read({ kind: 'followed', before: [0], after: [1] }),
      ({ reader }) => reader.read({ kind: 'forget', item: 0 }),
    ];
    const crowd = learnedCrowd();
    const digests = [crowd.tables.digest()];
    for (const step of steps) {
      step(crowd);
      digests.push(crowd.tables.digest());
    }
    expect(new Set(digests).size).toBe(digests.length);
    expect(digests[1]).toMatch(/^[0-9a-f]{16}$/);
  });
});
