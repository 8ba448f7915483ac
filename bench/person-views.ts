// What does it cost to ask by person? Made-up history, a given number of ids that were folded into
// others, asked on one core as the analysts' door does: each question once of the table, the floor, and
// once of the view.
//
//   node --import tsx bench/person-views.ts [events = 3000000] [overrides = 100000]

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
/** Of a question, so that one that the machine was busy in does not count. */
const RUNS = 3;

/** Events come every 4 s, so three million are some five months. */
const AT = `toDateTime64('2026-06-01', 3, 'UTC') + toIntervalSecond(n * 4)`;
const PLACE = `n % 64 AS partition, n AS ledger_id, 1 AS ordinal, ${AT} AS received_at`;
const CUSTOMER = (customers: number) =>
  `concat('customer-', toString(cityHash64(n) % ${customers}))`;

/** Of `{events}`, the table or the view; `{who}` is the customer or the person. */
const QUESTIONS: readonly (readonly [string, string])[] = [
  ['how many were there', 'SELECT uniqExact({who}) AS a FROM {events}'],
  [
    'how many in one day',
    `SELECT uniqExact({who}) AS a FROM {events}
     WHERE received_at >= '2026-06-01 00:00:00' AND received_at < '2026-06-02 00:00:00'`,
  ],
  [
    'the best customer of a product',
    `SELECT {who} AS a, sum(properties.price::Float64) AS b FROM {events}
     WHERE event = 'Product Added' GROUP BY a ORDER BY b DESC, a LIMIT 1`,
  ],
  ['all of one', `SELECT count() AS a FROM {events} WHERE {who} = 'customer-1'`],
  ['no person asked for', `SELECT count() AS a FROM {events} WHERE event = 'Product Added'`],
];

export async function personViews(events: number, overrides: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const sink = await openSink({ clickhouseUrl: null, directory });
  try {
    await migrate(sink);
    const customers = Math.max(overrides * 3, 100);
    for (let from = 0; from < events; from += INSERT_ROWS) {
      await insertEvents(sink, from, Math.min(INSERT_ROWS, events - from), customers);
    }
    await insertOverrides(sink, overrides, events);
    await sink.command('SET max_threads = 1');
    const answers: unknown[] = [];
    const rows: string[][] = [];
    for (const [name, sql] of QUESTIONS) {
      const ask = async (source: string, who: string) => {
        const asked = sql.replaceAll('{events}', source).replaceAll('{who}', who);
        const taken: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          const started = performance.now();
          const answer = await sink.query(asked);
          taken.push(performance.now() - started);
          if (run === 0) answers.push(answer);
        }
        return Math.min(...taken);
      };
      const floorMs = await ask('events', 'customer_id');
      const viewMs = await ask('person_events', 'person_id');
      rows.push([name, floorMs.toFixed(0), viewMs.toFixed(0), (viewMs / floorMs).toFixed(1)]);
    }
    return [
      table(['question', 'floor: events, ms', 'person_events, ms', 'times'], rows),
      '',
      `${events} events, ${overrides} of ${customers} ids folded, best of ${RUNS}, ` +
        `answers ${resultHash(JSON.stringify(answers))}`,
    ].join('\n');
  } finally {
    await sink.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function insertEvents(sink: HistorySink, from: number, count: number, customers: number) {
  await sink.command(`INSERT INTO events (partition, ledger_id, ordinal, received_at, message_id,
      customer_id, type, event, timestamp, properties)
    SELECT ${PLACE}, concat('m', toString(n)), ${CUSTOMER(customers)}, 'track',
      n % 10 = 0 ? 'Product Added' : 'Product Viewed', ${AT},
      concat('{"product_id":"p', toString(n % 1000), '","price":', toString(n % 100), '}')
    FROM (SELECT ${from} + number AS n FROM numbers(${count}))`);
}

/** Every third id leads to the one after it, since all that happened. */
async function insertOverrides(sink: HistorySink, count: number, events: number) {
  await sink.command(`INSERT INTO identity_changes (partition, ledger_id, ordinal, received_at,
      customer_id, from_id, canonical_id, merge_id, life, overridden_at)
    SELECT ${PLACE}, concat('customer-', toString(m * 3 + 1)), concat('customer-', toString(m * 3)),
      concat('customer-', toString(m * 3 + 1)), concat('m', toString(m)), concat('m', toString(m)), ${AT}
    FROM (SELECT number AS m, ${events} + number AS n FROM numbers(${count}))`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  const [events, overrides] = [Number(process.argv[2] ?? 3e6), Number(process.argv[3] ?? 1e5)];
  console.log(await personViews(events, overrides));
  process.exit(0);
}
