// What came of lists, as analysts see it: what counts, once, and what does not. What the views answer on
// plain data is on the page that explains them (test/docs/sql-page.server.test.ts).

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { layMigratedHistory } from '../support/migrated-history.ts';
import { recommendedHistory } from './recommended-history.ts';
import { RECOMMENDATION_VIEW_COLUMNS, STRANGE_SETTINGS } from './view-columns.ts';

let directory: string;
let sink: HistorySink;
let all: Record<string, Record<string, number>>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-recommended-'));
  layMigratedHistory(directory);
  sink = await openChdbSink(directory);
  await recommendedHistory().writeTo(sink);
  all = await funnel();
});
afterAll(async () => {
  await sink.close();
  await rm(directory, { recursive: true, force: true });
});

async function ask<Row = Record<string, unknown>>(sql: string): Promise<Row[]> {
  return sink.query<Row>(sql);
}

/** Of the funnel, what is not 0, by recommender. */
async function funnel(): Promise<Record<string, Record<string, number>>> {
  const sums = [
    ...['lists', 'empty_lists', 'items', 'lists_clicked', 'clicks', 'added', 'ordered'],
    ...['revenue_ordered', 'ordered_24h', 'revenue_24h'],
  ];
  const rows = await ask<Record<string, number | string>>(
    `SELECT recommender, ${sums.map((name) => `sum(of.${name}) AS ${name}`).join(', ')}
     FROM recommendation_funnel AS of GROUP BY recommender`,
  );
  return Object.fromEntries(
    rows.map((row) => [
      row.recommender,
      Object.fromEntries(
        sums.map((name) => [name, Number(row[name])] as const).filter(([, value]) => value !== 0),
      ),
    ]),
  );
}

const ONE_LIST = { lists: 1, items: 3 };
const ONE_CLICK = { ...ONE_LIST, lists_clicked: 1, clicks: 1 };

describe('the funnel', () => {
  it('counts items of a list once, and what orders name apart from what followed a click', () => {
    expect(all).toMatchObject({
      plain: {
        ...ONE_CLICK,
        ...{ added: 1, ordered: 1, revenue_ordered: 2, ordered_24h: 1, revenue_24h: 2 },
      },
      twice: { ...ONE_CLICK, clicks: 2, added: 1, ordered_24h: 1, revenue_24h: 4 + 8 },
      'nothing to say': { empty_lists: 1 },
    });
  });

  it('has nothing of who was not shown the list, of unknown lists, and of items that are not in it', () => {
    expect(all['of another']).toEqual(ONE_LIST);
    expect(all['odd ids']).toEqual(ONE_LIST);
  });

  it('gives an order to the last click before it, whichever recommender that was of', () => {
    const { first, second } = all;
    expect({ first, second }).toEqual({
      first: { ...ONE_CLICK, ordered_24h: 1, revenue_24h: 16 },
      second: { ...ONE_CLICK, items: 2, ordered_24h: 1, revenue_24h: 32 + 64 },
    });
  });

  it('takes an order for what it was told as last, when it was told first', () => {
    expect(all['bought before']).toEqual(ONE_CLICK);
    expect(all.corrected).toEqual({ ...ONE_CLICK, ordered_24h: 1, revenue_24h: 8 });
    expect(all['taken out']).toEqual(ONE_CLICK);
  });

  it('looks as far as 24 hours after a click, to the millisecond', () => {
    expect(all['a day']).toEqual({ ...ONE_CLICK, ordered_24h: 1, revenue_24h: 2 + 4 });
  });

  it("has a visitor's list and the order after the login as one, and a later stranger's not", () => {
    expect(all.visitor).toEqual({
      ...{ ...ONE_LIST, lists_clicked: 1, clicks: 2, added: 1 },
      ...{ ordered_24h: 2, revenue_24h: 2 + 8 + 128 },
    });
    expect(all["stranger's"]).toEqual(ONE_LIST);
    expect(all['same order id']).toEqual({
      ...{ lists: 2, items: 6, lists_clicked: 2, clicks: 2, ordered_24h: 2, revenue_24h: 128 },
    });
  });

  it('reads prices, quantities and lines as they are sent', () => {
    expect(all.prices).toEqual({
      ...{ ...ONE_LIST, lists_clicked: 1, clicks: 3 },
      ...{ ordered_24h: 3, revenue_24h: 3 + 4 + 16 },
    });
    expect(all['of the line']).toEqual({ ...ONE_LIST, ordered: 1, revenue_ordered: 1 });
    expect(all['of the order']).toEqual({ lists: 1, items: 2, ordered: 1, revenue_ordered: 4 });
    expect(all.mixed).toEqual({
      ...{ lists: 1, items: 2, lists_clicked: 1, clicks: 1, ordered: 2 },
      ...{ revenue_ordered: 16 + 64, ordered_24h: 1, revenue_24h: 16 },
    });
  });

  it('counts on the day of the list, by placement', async () => {
    const rows = await ask(
      `SELECT day, placement, lists, clicks FROM recommendation_funnel
       WHERE recommender = 'in a placement' ORDER BY day, placement`,
    );
    expect(rows).toEqual([
      { day: '2026-03-10', placement: '', lists: 1, clicks: 1 },
      { day: '2026-03-10', placement: 'app_home', lists: 1, clicks: 0 },
      { day: '2026-03-11', placement: '', lists: 1, clicks: 0 },
    ]);
  });
});

it('has each order of an item with the click it is of, and no revenue where no price is known', async () => {
  const rows = await ask<Record<string, unknown>>(
    `SELECT recommender, customer_id, person_id, item_id, source, quantity, revenue,
       formatDateTime(clicked_at, '%H:%i') AS clicked, formatDateTime(ordered_at, '%d %H:%i') AS ordered
     FROM recommendation_orders
     WHERE recommender IN ('twice', 'second', 'corrected', 'visitor', 'prices', 'odd ids', 'of another')
     ORDER BY recommender, item_id, ordered_at`,
  );
  expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
    'corrected cor cor a similar 1 8 10:01 10 10:10',
    'prices pri pri a similar 3 7 10:01 10 10:02',
    'prices pri pri b similar 2  10:01 10 10:02',
    'prices pri pri c popular 2 16 10:01 10 10:02',
    'second two two a for_you 1 32 10:03 10 10:04',
    'second two two a for_you 1 64 10:06 10 10:07',
    'twice tim tim a similar 1 4 10:05 10 11:00',
    'twice tim tim a similar 1 8 10:05 10 12:00',
    'visitor anonymous:v vera a similar 1 2 10:01 10 10:02',
    'visitor anonymous:v vera a similar 1 128 10:01 10 10:03',
    'visitor anonymous:v vera c popular 1 8 10:32 10 10:34',
  ]);
});

it('has each item of a list with its place, its model and when what came of it came first', async () => {
  const rows = await ask<Record<string, unknown>>(
    `SELECT position, item_id, source, formatDateTime(clicked_at, '%H:%i') AS clicked,
       formatDateTime(added_at, '%H:%i') AS added, formatDateTime(ordered_at, '%H:%i') AS ordered
     FROM recommendation_items WHERE recommender IN ('plain', 'twice') ORDER BY recommender, position`,
  );
  expect(rows.map((row) => Object.values(row).map(String).join(' '))).toEqual([
    '1 a similar 10:01 10:02 10:10',
    '2 b similar null null null',
    '3 c popular null null null',
    '1 a similar 10:01 null null',
    '2 b similar null 10:06 null',
    '3 c popular 10:08 null null',
  ]);
});

it('has lists and lines by person, with every column', async () => {
  const columns = async (of: string) =>
    (await ask<{ name: string; type: string }>(`DESCRIBE ${of}`)).map(
      ({ name, type }) => `${name} ${type}`,
    );
  expect(await columns('person_recommendations')).toEqual([
    ...(await columns('recommendations')),
    'person_id String',
  ]);
  expect(await columns('person_order_lines')).toEqual(
    expect.arrayContaining(await columns('order_lines')),
  );
  const lists = await ask(
    `SELECT recommendation_id AS id, person_id AS person FROM person_recommendations
     WHERE customer_id = 'anonymous:v' OR customer_id = 'bob' ORDER BY id`,
  );
  expect(lists).toEqual([
    { id: 'l of another', person: 'bob' },
    { id: "l stranger's", person: 'anonymous:v' },
    { id: 'l visitor', person: 'vera' },
  ]);
  // Of whom nobody was folded, lines by person are those by customer.
  const same = ['customer_id', 'order_id', 'product_id', 'category', 'brand', 'price', 'quantity'];
  const lines = (view: string) =>
    ask(`SELECT ${same}, ordered_at FROM ${view}
         WHERE customer_id NOT IN ('anonymous:v', 'vera') ORDER BY ALL`);
  expect(await lines('person_order_lines')).toEqual(await lines('order_lines'));
});

it.each(Object.entries(RECOMMENDATION_VIEW_COLUMNS))(
  '%s has plain types, whatever is set',
  async (view, columns) => {
    const described = await ask<{ name: string; type: string }>(`DESCRIBE ${view}`);
    expect(described.map(({ name, type }) => `${name} ${type}`).join(', ')).toBe(
      columns.replace(/\s+/g, ' '),
    );
    const rows = async (settings: string) =>
      (await ask(`SELECT * FROM ${view} ORDER BY ALL ${settings}`)).map((row) =>
        JSON.stringify(row),
      );
    const plain = await rows('');
    expect(plain.length).toBeGreaterThan(0);
    expect(await rows(STRANGE_SETTINGS)).toEqual(plain);
  },
);
