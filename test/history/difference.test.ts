import { expect, it } from 'vitest';
import { Differences, without } from '../../src/history/difference.ts';

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
