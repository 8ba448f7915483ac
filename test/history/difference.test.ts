import { expect, it } from 'vitest';
import { type Difference, Differences, without } from '../../src/history/verify/difference.ts';
import { remedyOf } from '../../src/history/verify/repair.ts';

const record = (partition: number, first: number, last = first) =>
  ({ kind: 'missing_record', partition, first, last }) as const;
const row = (id: number, table = 'events') =>
  ({ kind: 'duplicate_row', partition: 1, first: id, last: id, table, rows: 1 }) as const;

it('tells neighbours as one range', () => {
  const differences = new Differences();
  for (const id of [4, 5, 6, 8]) differences.note(record(1, id));
  differences.note(record(2, 9));
  expect(differences.list).toEqual([record(1, 4, 6), record(1, 8), record(2, 9)]);
  expect(differences.count).toBe(5);
});

it('adds up the rows of a range, one or more of each record, table by table', () => {
  const differences = new Differences();
  for (const id of [4, 4, 5]) differences.note(row(id));
  differences.note(row(6, 'firings'));
  expect(differences.list).toEqual([{ ...row(4), last: 5, rows: 3 }, row(6, 'firings')]);
  expect(differences.count).toBe(4);
});

it('counts what it does not tell any more', () => {
  const differences = new Differences(2);
  for (let id = 0; id < 20; id += 2) differences.note(record(1, id, id));
  expect(differences.list).toHaveLength(2);
  expect(differences.isFull).toBe(true);
  expect(differences.count).toBe(10);
});

it.each([
  [[], [[1, 10]]],
  [[[1, 10]], []],
  [[[0, 3]], [[4, 10]]],
  [
    [
      [3, 4],
      [6, 6],
    ],
    [
      [1, 2],
      [5, 5],
      [7, 10],
    ],
  ],
  [[[9, 20]], [[1, 8]]],
  [[[11, 20]], [[1, 10]]],
])('takes %j out of 1…10', (others, left) => {
  const ranges = (others as number[][]).map(([first, last]) => ({ first: first!, last: last! }));
  expect(without({ first: 1, last: 10 }, ranges).map(({ first, last }) => [first, last])).toEqual(
    left,
  );
});

const extent = { partition: 1, written: 100, marked: 100, oldest: 50, spooled: [] };
const customer: Difference = {
  ...{ kind: 'customer' as const, partition: 1, customerId: 'u1', state: 1, history: 2 },
};

it.each<[string, Difference, RegExp | null]>([
  ['what the ledger lacks', { kind: 'ledger_gap', partition: 1, first: 60, last: 60 }, null],
  ['a state that counts otherwise', customer, null],
  ['what is missing where the ledger has let go of it', record(1, 10, 20), null],
  ['what is missing and the ledger has', record(1, 50, 60), /^insert it/],
  ['what the ledger has in part', record(1, 40, 60), /still has, from record 50$/],
  ['second copies, wherever they are', row(10), /^remove all copies but one/],
])('%s: has its remedy, or none', (_what, difference, remedy) => {
  const found = remedyOf(difference, extent);
  if (remedy === null) expect(found).toBeNull();
  else expect(found).toMatch(remedy);
});
