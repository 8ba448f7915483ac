// The analysts' views on what callers really send: ids of all kinds, totals as text, lists of mixed
// values, orders told again, in any order. What they answer on plain data is on the page that
// explains them (test/docs/sql-page.server.test.ts).

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastEvents } from '../../src/history/asking/last-events.ts';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { migrate, readMigrations } from '../../src/history/sinks/migrations.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { boughtHistory } from './bought-history.ts';
import { mergedHistory } from './merged-history.ts';
import { IDS, LISTS, type Line, TOTALS } from './odd-orders.ts';
import { STRANGE_SETTINGS, VIEW_COLUMNS } from './view-columns.ts';

let directory: string;
let sink: HistorySink;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-views-'));
  sink = await openChdbSink(directory);
  // As an upgrade finds it: the tables have rows before the views are there.
  await migrate(
    sink,
    readMigrations().filter(({ name }) => name < '0012'),
  );
  await boughtHistory().writeTo(sink);
  await migrate(sink);
  await mergedHistory().writeTo(sink, 'merged');
});
afterAll(async () => {
  await sink.close();
  await rm(directory, { recursive: true, force: true });
});

async function ask<Row = Record<string, unknown>>(sql: string): Promise<Row[]> {
  return sink.query<Row>(sql);
}

describe('an order', () => {
  it('has an id that is text, its own or its message', async () => {
    const rows = await ask<{ id: string }>(
      `SELECT order_id AS id FROM orders WHERE startsWith(customer_id, 'id')
       ORDER BY toUInt32(substring(customer_id, 3))`,
    );
    expect(rows.map(({ id }) => id)).toEqual(
      IDS.map(([, id]) => (typeof id === 'string' ? id : expect.stringMatching(id))),
    );
  });

  it('has a number where a number was meant, and NULL where none was', async () => {
    const rows = await ask(
      `SELECT total FROM orders WHERE startsWith(customer_id, 'total')
       ORDER BY toUInt32(substring(customer_id, 6))`,
    );
    expect(rows).toEqual(TOTALS.map(([, total]) => ({ total })));
  });

  it('has the products that are objects, whatever else the insert has', async () => {
    const lines = await ask<{ customer_id: string; lines: Line[] }>(
      `SELECT customer_id, groupArray((product_id, category, price, quantity)::Tuple(String, String, Nullable(Float64), Float64)) AS lines
       FROM order_lines WHERE startsWith(customer_id, 'list') GROUP BY customer_id`,
    );
    const products = await ask<{ customer_id: string; products: string[] }>(
      `SELECT customer_id, products FROM orders WHERE startsWith(customer_id, 'list')`,
    );
    for (const [i, [json, expected]] of LISTS.entries()) {
      const of = lines.find((row) => row.customer_id === `list${i}`)?.lines ?? [];
      expect([json, of]).toEqual([json, expected]);
      const ids = products.find((row) => row.customer_id === `list${i}`)?.products;
      expect([json, ids]).toEqual([json, expected.map(([id]) => id)]);
    }
  });

  it('counts once, as it was told last: by its time, then by its arrival', async () => {
    const rows = await ask(
      `SELECT customer_id AS who, order_id AS id, total, currency, products, toString(ordered_at) AS at
       FROM orders WHERE customer_id IN ('again', 'another') ORDER BY who, id`,
    );
    const row = (who: string, id: string, total: number | null, at: string) => ({
      ...{ who, id, total, currency: '', products: [] as string[], at: `2026-03-${at}:00:00.000` },
    });
    expect(rows).toEqual([
      { ...row('again', 'amended', null, '01 13'), currency: 'EUR', products: [''] },
      row('again', 'late', 5, '01 12'),
      row('again', 'next month', 4, '02 12'),
      row('again', 'same time', 2, '01 12'),
      row('another', 'amended', 6, '01 12'),
    ]);
    expect(await ask(`SELECT product_id FROM order_lines WHERE customer_id = 'again'`)).toEqual([
      { product_id: '' },
    ]);
  });
});

it('converts by the first order after a decision, up to 7 days', async () => {
  const rows = await ask(
    `SELECT customer_id, offer_id, order_id, total FROM conversions WHERE placement != 'shared'
     ORDER BY customer_id, offer_id`,
  );
  const row = (customer_id: string, offer_id: string, order_id: string, total: number | null) => ({
    ...{ customer_id, offer_id, order_id, total },
  });
  expect(rows).toEqual([
    row('held out', 'fallback', 'one', 32),
    row('held out', 'x', 'one', 32),
    row('last moment', 'x', 'in time', null),
    row('own order', 'x', 'first', 2),
    row('own order', 'y', 'first', 2),
    row('twice at once', 'x', 'a', 256),
    // The decision was the visitor's, the order was told of a login that is the same person.
    row('visitor', 'x', 'of login', 512),
  ]);
});

it('says of every id that was folded where it leads, by the last row about it', async () => {
  const rows = await ask(
    `SELECT customer_id, canonical_id, merge_id, toString(overridden_at) AS at
     FROM identity_overrides WHERE startsWith(overridden_at::String, '2026-03-01')
     ORDER BY customer_id`,
  );
  const at = (hour: number) => `2026-03-01 ${hour}:00:00.000`;
  expect(rows).toEqual([
    {
      customer_id: 'login',
      canonical_id: 'person',
      merge_id: 'm login person',
      at: at(13),
    },
    {
      customer_id: 'mistaken',
      canonical_id: 'mistaken',
      merge_id: 'm mistaken mistaken',
      at: at(15),
    },
    { customer_id: 'visitor', canonical_id: 'person', merge_id: 'm visitor person', at: at(13) },
  ]);
});

it.each(['events', 'decisions', 'outcomes'])(
  'has %s by person, with every column',
  async (table) => {
    const columns = async (of: string) =>
      (await ask<{ name: string; type: string }>(`DESCRIBE ${of}`)).map(
        ({ name, type }) => `${name} ${type}`,
      );
    expect(await columns(`person_${table}`)).toEqual([
      ...(await columns(table)),
      'person_id String',
    ]);
    const some = `SELECT customer_id, person_id FROM person_${table}
    WHERE customer_id IN ('visitor', 'mistaken', 'person', 'own order') GROUP BY ALL ORDER BY ALL`;
    const rows = await ask(some);
    const strange = await ask(
      `${some} SETTINGS join_use_nulls = 1, prefer_column_name_to_alias = 1, transform_null_in = 1`,
    );
    expect(strange).toEqual(rows);
    const others = await ask(`SELECT customer_id, person_id FROM person_${table}
    WHERE customer_id NOT IN ('visitor', 'login', 'browser', 'amy', 'jan') AND person_id != customer_id`);
    expect([rows, others]).toEqual([
      [
        { customer_id: 'mistaken', person_id: 'mistaken' },
        ...(table === 'outcomes' ? [] : [{ customer_id: 'own order', person_id: 'own order' }]),
        ...(table === 'events' ? [{ customer_id: 'person', person_id: 'person' }] : []),
        { customer_id: 'visitor', person_id: 'person' },
      ],
      [],
    ]);
  },
);

it('does not list customers who were folded into another', async () => {
  const rows = await ask('SELECT customer_id FROM customers ORDER BY customer_id');
  // The browser's last owner is a stranger still.
  const listed = ['browser', 'mistaken', 'person'];
  expect(rows).toEqual(listed.map((customer_id) => ({ customer_id })));
});

describe('an id that lived more than once', () => {
  it.each(['events', 'decisions', 'outcomes'])('is in %s whoever it was then', async (table) => {
    const at = `formatDateTime(received_at, '%H:%i')`;
    const rows = await ask<{ at: string; id: string; person: string }>(
      `SELECT ${at} AS at, any(customer_id) AS id, any(person_id) AS person FROM person_${table}
       WHERE customer_id IN ('browser', 'amy', 'jan') GROUP BY at ORDER BY at`,
    );
    expect(rows.map(({ at, id, person }) => `${at} ${id} ${person}`)).toEqual([
      '08:00 browser zoe',
      ...(table === 'events' ? ['08:30 browser zoe', '09:30 amy zoe'] : []),
      '10:00 browser kim',
      ...(table === 'events' ? ['10:30 browser kim'] : []),
      '11:30 jan kim',
      '13:30 jan kim',
      '15:00 browser browser',
    ]);
  });

  it('shows what each of its owners did last, and nothing of the others', async () => {
    const door = { ask: sink.query.bind(sink) };
    const of = async (...ids: string[]) =>
      (await lastEvents(door, ids, 20))?.map(
        ({ atMs, customerId }) => `${new Date(atMs).toISOString().slice(11, 16)} ${customerId}`,
      );
    expect(await of('zoe', 'browser', 'amy')).toEqual([
      ...['09:30 amy', '08:30 browser', '08:00 browser'],
    ]);
    expect(await of('kim', 'jan', 'browser')).toEqual([
      ...['13:30 jan', '11:30 jan', '10:30 browser', '10:00 browser'],
    ]);
    expect(await of('browser')).toEqual(['15:00 browser']);
  });

  it('has of each life where it leads, and overrides by the latest', async () => {
    const rows = await ask<{ id: string; to: string; life: string; at: string }>(
      `SELECT customer_id AS id, canonical_id AS to, life, formatDateTime(ended_at, '%H:%i') AS at
       FROM identity_lives WHERE ended_at > '2026-03-05 00:00:00' ORDER BY id, at`,
    );
    expect(rows.map(({ id, to, life, at }) => `${id} ${life} ${at} ${to}`)).toEqual([
      'amy i1 16:00 zoe',
      'browser b1 09:00 zoe',
      'browser b2 11:00 kim',
      'jan j1 12:00 jan',
      'jan j2 14:00 kim',
    ]);
    const overrides = await ask(
      `SELECT customer_id, canonical_id, merge_id FROM identity_overrides
       WHERE customer_id IN ('browser', 'amy', 'jan') ORDER BY customer_id`,
    );
    expect(overrides).toEqual([
      { customer_id: 'amy', canonical_id: 'zoe', merge_id: 'm 16:00' },
      { customer_id: 'browser', canonical_id: 'kim', merge_id: 'm 14:00' },
      { customer_id: 'jan', canonical_id: 'kim', merge_id: 'm 14:00' },
    ]);
  });

  it('buys for whoever it was then, and an order told under two ids is one', async () => {
    const orders = await ask(
      `SELECT customer_id, total, person_id FROM person_orders WHERE order_id = 'of both'
       ORDER BY person_id`,
    );
    expect(orders).toEqual([
      { customer_id: 'browser', total: 4, person_id: 'kim' },
      { customer_id: 'amy', total: 2, person_id: 'zoe' },
    ]);
    const converted = await ask(
      `SELECT decision_id, total, person_id FROM conversions WHERE placement = 'shared'
       ORDER BY decision_id`,
    );
    expect(converted).toEqual([
      { decision_id: 'd browser 08:00', total: 2, person_id: 'zoe' },
      { decision_id: 'd browser 10:00', total: 4, person_id: 'kim' },
    ]);
  });
});

it('sets those who were held out apart, by their first decision', async () => {
  const rows = await ask('SELECT * FROM holdout ORDER BY placement, held_out');
  expect(rows).toEqual([
    // The one who was taken apart again has bought nothing; the visitor is one with who bought.
    { placement: 'login', held_out: false, customers: 2, converters: 1, revenue: 512 + 1_024 },
    // own order 2 + 4, last moment NULL, no offer 16, twice at once 128 + 256; too late: none.
    { placement: 'popup', held_out: false, customers: 5, converters: 4, revenue: 406 },
    { placement: 'popup', held_out: true, customers: 1, converters: 1, revenue: 32 },
    // Zoe 2, Kim 4, and a stranger.
    { placement: 'shared', held_out: false, customers: 3, converters: 2, revenue: 6 },
  ]);
});

it.each(Object.entries(VIEW_COLUMNS))(
  '%s has plain types, whatever is set',
  async (view, columns) => {
    const described = await ask<{ name: string; type: string }>(`DESCRIBE ${view}`);
    expect(described.map(({ name, type }) => `${name} ${type}`).join(', ')).toBe(
      columns.replace(/\s+/g, ' '),
    );
    const plain = await ask(`SELECT * FROM ${view} ORDER BY ALL`);
    const strange = await ask(`SELECT * FROM ${view} ORDER BY ALL ${STRANGE_SETTINGS}`);
    expect(plain.length).toBeGreaterThan(0);
    expect(strange.map((row) => JSON.stringify(row))).toEqual(
      plain.map((row) => JSON.stringify(row)),
    );
  },
);
