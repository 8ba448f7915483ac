// What is known of an item is what was said last of it, in whatever order that is learned.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ItemSighting } from '../../../src/model/item.ts';
import { learnedCrowd } from './learned-crowd.ts';

const NOW = 1_700_000_000_000;

it('is the same in whatever order events are learned', () => {
  const sighting = fc.record(
    {
      ...{ name: fc.constantFrom('a', 'b', 'c'), category: fc.constantFrom('x', 'y') },
      ...{ brand: fc.constantFrom('', 'u', 'v'), price: fc.constantFrom(1, 2, -1, Number.NaN) },
    },
    { requiredKeys: [] },
  );
  const event = fc.tuple(fc.nat({ max: 4 }), sighting);
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), fc.gen(), (events, random) => {
      const known = (order: readonly (readonly [number, ItemSighting])[]) => {
        const crowd = learnedCrowd({ sinceMs: NOW });
        for (const [i, [atMs, said]] of order.entries())
          crowd.views(`u${i}`, ['p'], NOW + atMs, said);
        return crowd.tables.items.at(crowd.number('p'));
      };
      const others = [...events].sort(() => random(fc.constantFrom, -1, 1));
      expect(known(others)).toEqual(known(events));
    }),
    { numRuns: 300 },
  );
});

it('is of each field what the latest event said of it', () => {
  const crowd = learnedCrowd({ sinceMs: NOW });
  crowd.views('u1', ['p'], NOW + 2, { category: 'late', price: 3 });
  crowd.views('u2', ['p'], NOW + 1, { category: 'early', name: 'only here' });
  crowd.views('u3', ['p'], NOW + 3, { price: 4 });
  expect(crowd.tables.items.at(crowd.number('p'))).toMatchObject({
    ...{ category: 'late', name: 'only here', price: 4 },
  });
});
