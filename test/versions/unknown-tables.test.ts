import { describe, expect, it } from 'vitest';
import { mayFind, mayMiss, wronglyRejected, wronglyTold } from './unknown-tables.ts';

const UNKNOWN = { a: 'audit', x: 'refused_merges' };

describe('rows of `rejected`', () => {
  const row = (body: string, ordinal = 0, code = 'unreadable_record') => ({ ordinal, code, body });

  it('may be of tables that the build does not know', () => {
    const rows = [row('2 1 3\na{"at":1}'), row('2 1 3\ne{"m":1}\nd{}\nx{"to_id":1}', 2)];
    expect(wronglyRejected(rows, UNKNOWN)).toEqual([]);
  });

  it.each([
    ['an event', row('2 1 3\ne{"m":1}')],
    ['an event beside one of them', row('2 1 3\ne{"m":1}\nx{}', 0)],
    ['what a table refused', row('2 1 3\na{}', 0, 'refused_by_history')],
    ['a request', row('{"event":"a"}', 0, 'invalid_event')],
    ['what has no rows', row('torn')],
  ])('may not be of %s', (_, wrong) => {
    expect(wronglyRejected([wrong], UNKNOWN)).toHaveLength(1);
  });
});

const RECORDS = new Set(['2 7', '2 8', '2 9', '3 1']);
const report = (...differences: readonly string[]) => ({
  code: 1,
  text: [
    'verify      NOT OK: 12 ledger records in 16 partitions, 0 not yet in history, 8 compared row by row',
    'rows: events 3, rejected 4; refused by a table: 0',
    'not compared: 4 by id only (the ledger let go of them)',
    'cannot be known from here: events that Redis acknowledged and lost before history had them',
    ...differences,
  ].join('\n'),
});
const total = (count: number) => `${count} records, rows or customers differ`;

const UNTOLD = [
  ['another record', 'missing in history: records 7-10 of partition 2', 4],
  ['one of another partition', 'missing in history: record 7 of partition 3', 1],
  ['a row of a known table', 'missing row: 1 in events, record 7 of partition 2', 1],
  ['a row too many', 'surplus row: 1 in events, record 7 of partition 2', 1],
  ['a customer', 'customer "u1" of partition 2: the state counts 3 records, history has 2', 1],
  ['a gap', 'missing in the ledger: record 7 of partition 2', 1],
] as const;

describe('what verify of the older build misses', () => {
  const wrong = (told: ReturnType<typeof report>) =>
    wronglyTold(told, (what) => mayMiss(what, RECORDS));

  it('may be records of tables that it does not know', () => {
    const told = report(
      'missing in history: records 7-8 of partition 2',
      'missing in history: record 1 of partition 3',
      'missing rows: 3 in rejected, records 7-9 of partition 2',
      total(6),
    );
    expect(wrong(told)).toEqual([]);
    expect(wrong({ code: 0, text: 'verify      ok: 12' })).toEqual([]);
  });

  it.each([
    ...UNTOLD,
    ['a row of `rejected` too many', 'surplus row: 1 in rejected, record 7 of partition 2', 1],
  ] as const)('may not be %s', (_, line, count) => {
    expect(wrong(report(line, total(count)))).toContain(line);
  });

  it('has to be told one by one', () => {
    const line = 'missing in history: record 7 of partition 2';
    expect(wrong(report(line, total(5)))).toEqual(['5 differ, and 1 are told']);
    expect(wrong({ code: 1, text: 'proffer: no answer' })).toHaveLength(2);
  });
});

describe('what verify of the newer build finds', () => {
  const wrong = (told: ReturnType<typeof report>) =>
    wronglyTold(told, (what) => mayFind(what, RECORDS, UNKNOWN));

  it('may be rows in `rejected`, and not in the tables where they belong', () => {
    const told = report(
      'missing rows: 3 in audit, records 7-9 of partition 2',
      'surplus rows: 3 in rejected, records 7-9 of partition 2',
      total(6),
    );
    expect(wrong(told)).toEqual([]);
  });

  it.each([
    ...UNTOLD,
    ['a record that is nowhere', 'missing in history: record 7 of partition 2', 1],
    ['a row of `rejected`', 'missing row: 1 in rejected, record 7 of partition 2', 1],
    ['rows of records beside', 'missing rows: 4 in audit, records 7-10 of partition 2', 4],
  ] as const)('may not be %s', (_, line, count) => {
    expect(wrong(report(line, total(count)))).toContain(line);
  });
});
