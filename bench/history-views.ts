// How long do the analysts' views take? Made-up history of a given number of events, a tenth of them
// orders of two products, half as many decisions and outcomes as events, a fifth as many lists of eight items
// of which every eighth is clicked, added from and ordered from; asked on one core as the analysts' door does.
// The floor is the sum of one property over the same orders.
//
//   node --import tsx bench/history-views.ts [events = 1000000]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../src/history/sinks/migrations.ts';
import { openSink } from '../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../src/history/sinks/sink.ts';
import { machine, resultHash } from './support/machine.ts';
import { table } from './support/table.ts';

const INSERT_ROWS = 100_000;
/** Events come every 12 s, so a million are five months. */
const AT = `toDateTime64('2026-06-01', 3, 'UTC') + toIntervalSecond(n * 12)`;
const customer = (n: string) => `concat('customer-', toString(cityHash64(${n}) % 50000))`;
const CUSTOMER = customer('n');
/** Of every eighth list somebody clicks an item, adds it, and orders it two minutes later. */
const LIST_CUSTOMER = customer('if(n % 40 IN (1, 2, 10), n - n % 40, n)');
const listId = (n: string) => `concat('01980000-0000-7000-9000-', toString(${n}))`;
const PLACE = `n % 64 AS partition, n AS ledger_id, 1 AS ordinal, ${AT} AS received_at`;

const QUESTIONS: readonly (readonly [string, string])[] = [
  [
    'floor: one property of the orders',
    `SELECT sum(properties.total::Float64) AS a FROM events WHERE event = 'Order Completed'`,
  ],
  ['orders: revenue', 'SELECT count() AS a, sum(total) AS b FROM orders'],
  [
    'orders: revenue by day',
    'SELECT toDate(ordered_at) AS a, sum(total) AS b FROM orders GROUP BY a ORDER BY a LIMIT 1',
  ],
  ['orders: one customer', `SELECT count() AS a FROM orders WHERE customer_id = 'customer-17'`],
  [
    'order_lines: best product',
    'SELECT product_id AS a, sum(price * quantity) AS b FROM order_lines GROUP BY a ORDER BY b DESC, a LIMIT 1',
  ],
  ['offer_funnel', 'SELECT sum(decided) AS a, sum(impressions) AS b FROM offer_funnel'],
  ['conversions', 'SELECT count() AS a, sum(total) AS b FROM conversions'],
  ['holdout', 'SELECT sum(customers) AS a, sum(converters) AS b FROM holdout'],
  ['recommendation_orders', 'SELECT count() AS a, sum(revenue) AS b FROM recommendation_orders'],
  [
    'recommendation_funnel',
    'SELECT sum(lists) AS a, sum(clicks) AS b, sum(revenue_24h) AS c FROM recommendation_funnel',
  ],
  [
    'recommendation_items: by model',
    `SELECT source AS a, count() AS b, count(clicked_at) AS c FROM recommendation_items
     GROUP BY a ORDER BY a`,
  ],
];

export async function historyViews(events: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const sink = await openSink({ clickhouseUrl: null, directory });
  try {
    await migrate(sink);
    for (let from = 0; from < events; from += INSERT_ROWS) {
      await insert(sink, from, Math.min(INSERT_ROWS, events - from));
    }
    await sink.command('SET max_threads = 1');
    const rows: [string, string, string][] = [];
    const answers: unknown[] = [];
    for (const [name, sql] of QUESTIONS) {
      const cpu = process.cpuUsage();
      const started = performance.now();
      answers.push(await sink.query(sql));
      const tookMs = performance.now() - started;
      const { user, system } = process.cpuUsage(cpu);
      rows.push([name, (tookMs / 1e3).toFixed(2), ((user + system) / 1e6).toFixed(2)]);
    }
    return [
      table(['question', 's', 'CPU s'], rows),
      '',
      `${events} events, answers ${resultHash(JSON.stringify(answers))}`,
    ].join('\n');
  } finally {
    await sink.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function insert(sink: HistorySink, from: number, count: number): Promise<void> {
  const numbers = (rows: number) => `(SELECT ${from} + number AS n FROM numbers(${rows}))`;
  const products = `[{"product_id":"p',toString(n % 1000),'","category":"tea","price":12.5,"quantity":2},
    {"product_id":',toString(n % 777),',"category":"coffee","price":"3.50"}]`;
  await sink.command(`INSERT INTO events (partition, ledger_id, ordinal, received_at, message_id,
      customer_id, type, event, timestamp, properties)
    SELECT ${PLACE}, concat('m', toString(n)), ${LIST_CUSTOMER}, 'track',
      multiIf(n % 10 = 0, 'Order Completed', n % 40 = 1, 'Product Clicked', n % 40 = 2, 'Product Added',
        'Product Viewed'),
      ${AT},
      multiIf(
        n % 10 = 0,
        concat('{"order_id":"o', toString(n), '","total":', toString(n % 500 + 0.5), ',"products":${products}}'),
        n % 40 IN (1, 2),
        concat('{"product_id":"p', toString((n - n % 40 + 10) % 1000), '","recommendationId":"',
          ${listId('n - n % 40')}, '"}'),
        concat('{"product_id":"p', toString(n % 1000), '","price":', toString(n % 100), '}')
      )
    FROM ${numbers(count)}`);
  await sink.command(`INSERT INTO recommendations (partition, ledger_id, ordinal, received_at,
      recommendation_id, customer_id, recommender, placement, item_ids, sources, recommended_at)
    SELECT ${PLACE}, ${listId('n')}, ${CUSTOMER}, concat('recommender-', toString(n % 7)), '',
      arrayMap(i -> concat('p', toString((n + 10 * i) % 1000)), range(8)),
      arrayMap(i -> if(i < 4, 'similar', 'popular'), range(8)), ${AT}
    FROM ${numbers(count)} WHERE n % 5 = 0`);
  const half = Math.ceil(count / 2);
  const decision = `concat('01980000-0000-7000-8000-', toString(n)) AS decision_id`;
  await sink.command(`INSERT INTO decisions (partition, ledger_id, ordinal, received_at, decision_id,
      customer_id, placement, offer_ids, decided_at, holdout)
    SELECT ${PLACE}, ${decision}, ${CUSTOMER}, concat('placement-', toString(n % 5)),
      n % 20 = 0 ? [] : [concat('offer-', toString(n % 40))], ${AT}, cityHash64(n) % 20 = 0
    FROM ${numbers(half)}`);
  await sink.command(`INSERT INTO outcomes (partition, ledger_id, ordinal, received_at, decision_id,
      customer_id, offer_id, outcome, timestamp)
    SELECT ${PLACE}, ${decision}, ${CUSTOMER}, concat('offer-', toString(n % 40)), 'impression', ${AT}
    FROM ${numbers(half)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  console.log(await historyViews(Number(process.argv[2] ?? 1_000_000)));
  process.exit(0);
}
