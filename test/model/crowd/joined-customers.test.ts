// A visitor who turns out to be a customer goes on as that one, in whatever order partitions are read.

import { expect, it } from 'vitest';
import { seeded, testSeed } from '../../support/seeded.ts';
import { learnedCrowd } from './learned-crowd.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;

type Learned = ReturnType<typeof learnedCrowd>;
type Does = (crowd: Learned) => void;

/** Reads each partition in its order, and partitions as it comes; then until nobody waits. */
function reads(partitions: readonly (readonly Does[])[], pick: (count: number) => number): Learned {
  const crowd = learnedCrowd();
  const left = partitions.map((partition) => [...partition]);
  for (;;) {
    const more = left.filter((partition) => partition.length > 0);
    if (more.length === 0) break;
    more[pick(more.length)]!.shift()!(crowd);
  }
  crowd.passes();
  crowd.passes();
  return crowd;
}

const views = (customer: string, item: string, minute: number) => (crowd: Learned) =>
  crowd.views(customer, [item], NOW + minute * MINUTE);
const buys = (customer: string, item: string, minute: number) => (crowd: Learned) =>
  crowd.buys(customer, [item], NOW + minute * MINUTE);
const joins = (from: string, into: string) => (crowd: Learned) => crowd.joins(from, into);

it('a visitor’s session, items and purchase go on after the login', () => {
  const crowd = reads(
    [
      [views('anonymous:a1', 'a', 0), buys('anonymous:a1', 'b', 1)],
      [joins('anonymous:a1', 'u1'), views('u1', 'c', 2), buys('u1', 'd', 3)],
    ],
    () => 0,
  );
  expect(crowd.sessions()).toEqual([['a', 'b', 'c', 'd']]);
  const { tables } = crowd;
  expect(crowd.partners(tables.customersWithBoth(crowd.number('c')))).toEqual({ a: 1, b: 1, d: 1 });
  expect(crowd.partners(tables.boughtAfter(crowd.number('b')))).toEqual({ d: 1 });
});

it('of two sessions the newer goes on', () => {
  const older = reads(
    [
      [views('anonymous:a1', 'a', 5)],
      [views('u1', 'b', 1), joins('anonymous:a1', 'u1'), views('u1', 'c', 6)],
    ],
    () => 0,
  );
  expect(older.sessions()).toEqual([['a', 'c'], ['b']]);
  const newer = reads(
    [
      [views('anonymous:a1', 'a', 1)],
      [views('u1', 'b', 5), joins('anonymous:a1', 'u1'), views('u1', 'c', 6)],
    ],
    () => 0,
  );
  expect(newer.sessions()).toEqual([['a'], ['b', 'c']]);
});

it('tables are the same in whatever order partitions are read, of chains too', () => {
  const seed = testSeed();
  const random = seeded(seed);
  const partitions = [
    [views('anonymous:a1', 'a', 0), views('anonymous:a1', 'b', 1)],
    [views('m', 'c', 1), joins('anonymous:a1', 'm'), buys('m', 'd', 2), views('m', 'e', 3)],
    [views('anonymous:a2', 'f', 1), buys('anonymous:a2', 'a', 3)],
    [
      ...[buys('u', 'g', 1), joins('anonymous:a2', 'u'), views('u', 'h', 4), joins('m', 'u')],
      ...[views('u', 'i', 5), buys('u', 'j', 6)],
    ],
  ];
  const wanted = reads(partitions, () => 0).tables.digest();
  for (let run = 0; run < 50; run++) {
    const read = reads(partitions, (count) => random.below(count));
    expect(read.tables.digest(), `seed ${seed}`).toBe(wanted);
  }
});

it('what the survivor does waits for one whole pass after the merge, and no longer', () => {
  const crowd = learnedCrowd();
  crowd.joins('anonymous:a1', 'u1');
  crowd.views('u1', ['b'], NOW + MINUTE);
  crowd.passes();
  expect(crowd.sessions()).toEqual([]);
  crowd.views('anonymous:a1', ['a'], NOW);
  crowd.passes();
  expect(crowd.sessions()).toEqual([['a', 'b']]);
  crowd.views('u1', ['c'], NOW + 2 * MINUTE);
  expect(crowd.sessions()).toEqual([['a', 'b', 'c']]);
});

it('of more steps than may wait, those who wait longest wait no longer', () => {
  const crowd = learnedCrowd({ waitingMax: 3 });
  crowd.joins('anonymous:a1', 'u1');
  crowd.views('u1', ['b'], NOW);
  crowd.joins('anonymous:a2', 'u2');
  expect(crowd.sessions()).toEqual([]);
  crowd.joins('anonymous:a3', 'u3');
  expect(crowd.sessions()).toEqual([['b']]);
});

it('who is forgotten is somebody new', () => {
  const crowd = learnedCrowd();
  crowd.views('u1', ['a'], NOW);
  crowd.tracker.forget('u1');
  crowd.views('u1', ['b'], NOW);
  expect(crowd.sessions()).toEqual([['a'], ['b']]);
});
