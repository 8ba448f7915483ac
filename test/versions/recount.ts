// The recount: what every gateway shows of each customer, and what history has, is what the clients
// were told, once.

import { readPositions } from '../../src/ledger/ledger-reader.ts';
import { waitFor } from '../support/conditions.ts';
import type { CustomerBook, Json } from './books.ts';
import type { Build } from './build.ts';
import { FEW_TIMES, OWN } from './catalogs.ts';
import type { Service } from './service.ts';
import type { Shoppers } from './shoppers.ts';
import {
  mayFind,
  mayMiss,
  type RejectedRow,
  type Told,
  tablesUnknownTo,
  wronglyRejected,
  wronglyTold,
} from './unknown-tables.ts';

/** Features that fade with time, and so differ between two looks; relative. */
const FADING = 1e-5;
const SETTLED_WITHIN_MS = 120_000;

/** Each customer, as each of these gateways shows it. @returns what is wrong */
export async function recountStates(service: Service, shoppers: Shoppers): Promise<string[]> {
  const { gateways, books } = shoppers;
  const faults: string[] = [];
  for (const [id, book] of books.customers) {
    const views = await Promise.all(gateways.map((url) => service.customer(url, id)));
    for (const view of views) faults.push(...wrongIn(view, book).map((what) => `${id} ${what}`));
    const [one, other] = views;
    if (other !== undefined) {
      faults.push(...differences(one, other, '').map((where) => `${id}: gateways differ ${where}`));
    }
  }
  return faults;
}

function wrongIn({ features, traits, consent }: Json, book: CustomerBook): string[] {
  const faults: string[] = [];
  const look = (what: string, found: unknown, wanted: unknown) => {
    const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== should) faults.push(`${what}: ${is}, should be ${should}`);
  };
  for (const [name, wanted] of Object.entries(book.features())) {
    const found = name === 'n_count_by' ? sorted(features[name]) : features[name];
    if (name === 'n_mean') faults.push(...differences(found, wanted, name));
    else look(name, found, wanted);
  }
  if (book.level !== null) look('tier', traits.tier?.level, book.level);
  look('consent', consent.marketing, book.consents);
  for (const name of Object.values(OWN)) {
    if (!(name in features)) continue;
    const [least, most] = book.bounds(name);
    const found = features[name] ?? 0;
    if (found < least || found > most) {
      faults.push(`${name}: ${found}, should be ${least} to ${most}`);
    }
  }
  return faults;
}

function sorted(map: Json): Json {
  return Object.fromEntries(Object.entries(map ?? {}).sort());
}

/** Where both show something, and not the same. */
function differences(one: Json, other: Json, at: string): string[] {
  if (typeof one === 'number' && typeof other === 'number') {
    const isSame = Math.abs(one - other) <= FADING * Math.max(Math.abs(one), Math.abs(other));
    return isSame ? [] : [`${at}: ${one} and ${other}`];
  }
  if (one !== null && other !== null && typeof one === 'object' && typeof other === 'object') {
    const both = Object.keys(one).filter((key) => key in other);
    return both.flatMap((key) => differences(one[key], other[key], `${at}.${key}`));
  }
  return one === other ? [] : [`${at}: ${one} and ${other}`];
}

/** All of history, and both builds' `verify`. @returns what is wrong */
export async function recountHistory(
  service: Service,
  { books }: Shoppers,
  { older, newer }: { readonly older: Build; readonly newer: Build },
): Promise<string[]> {
  await caughtUp(service);
  const faults: string[] = [];
  const look = (what: string, found: unknown, wanted: unknown) => {
    const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== should) faults.push(`history: ${what}: ${is}, should be ${should}`);
  };
  const one = async (sql: string) => (await service.query<Json>(sql))[0];
  const n = (table: string, what = 'count()', where = '1') =>
    one(`SELECT toUInt32(${what}) AS n FROM ${table} WHERE ${where}`).then((row) => row.n);
  const totals = books.totals();
  for (const [table, wanted] of Object.entries(totals)) {
    look(table, await n(table), wanted);
  }
  look('messages', await n('events', 'uniqExact(message_id)'), totals.events);
  look('positions', await n('events', 'uniqExact(partition, ledger_id)'), totals.events);
  look('events without a step', await n('events', 'count()', 'step_record = 0'), 0);
  look('outcomes without a step', await n('outcomes', 'count()', 'step_record = 0'), 0);
  const unsaid = 'length(treatments) != length(offer_ids)';
  look('offers without a treatment', await n('decisions', 'count()', unsaid), 0);
  const unasked = "trigger = '' AND (step_record = 0 OR empty(asked)) AND ordinal = 0";
  look('questions without a step', await n('decisions', 'count()', unasked), 0);
  faults.push(...(await ofCustomers(service, books.customers)));
  faults.push(...(await beyondUnknownTables(service, older, newer)));
  return faults;
}

/** What the older build rejected, and what either misses, but for rows of tables it does not know. */
async function beyondUnknownTables(
  service: Service,
  older: Build,
  newer: Build,
): Promise<string[]> {
  const unknown = await tablesUnknownTo(older);
  const rows = await service.query<RejectedRow>('SELECT ordinal, code, body FROM rejected');
  const faults = wronglyRejected(rows, unknown).map((what) => `history: ${what}`);
  const rejected = await recordsOf(service, 'rejected');
  const held = new Set<string>();
  for (const table of Object.values(unknown)) {
    for (const record of await recordsOf(service, table)) held.add(record);
  }
  const verify = async (build: Build, mayTell: (told: Told) => boolean) => {
    const report = await service.run(build, 'verify', '--wait', '60');
    const wrong = wronglyTold(report, mayTell);
    if (wrong.length === 0) return;
    faults.push(`verify of ${build.name} (${report.code}): ${report.text}`, ...wrong);
  };
  await verify(older, (told) => mayMiss(told, held));
  await verify(newer, (told) => mayFind(told, rejected, unknown));
  return faults;
}

async function recordsOf(service: Service, table: string): Promise<Set<string>> {
  const sql = `SELECT DISTINCT concat(partition, ' ', ledger_id) AS record FROM ${table}`;
  const rows = await service.query<{ readonly record: string }>(sql);
  return new Set(rows.map(({ record }) => record));
}

async function ofCustomers(
  service: Service,
  customers: ReadonlyMap<string, CustomerBook>,
): Promise<string[]> {
  const rows = await service.query<Json>(
    `SELECT customer_id AS id, toUInt32(sum(e)) AS events, toUInt32(sum(p)) AS spent,
            toUInt32(sum(d)) AS decisions, toUInt32(sum(t)) AS few, toUInt32(sum(o)) AS outcomes
     FROM (SELECT customer_id, 1 AS e, ifNull(properties.price.:Int64, 0) AS p, 0 AS d, 0 AS t, 0 AS o
             FROM events
           UNION ALL SELECT customer_id, 0, 0, 1, countEqual(offer_ids, 'few_times'), 0 FROM decisions
           UNION ALL SELECT customer_id, 0, 0, 0, 0, 1 FROM outcomes)
     GROUP BY id`,
  );
  const found = new Map(rows.map(({ id, ...row }) => [id, JSON.stringify(row)]));
  return [...customers].flatMap(([id, book]) => {
    const { slot = 0, banner = 0, letter = 0 } = book.decisions;
    const wanted = JSON.stringify({
      ...{ events: book.events, spent: book.spent, decisions: slot + banner + letter },
      ...{ few: Math.min(FEW_TIMES, slot), outcomes: book.outcomes },
    });
    const is = found.get(id);
    return is === wanted ? [] : [`history of ${id}: ${is}, should be ${wanted}`];
  });
}

/** Resolves when everything of the ledger is in history, and nothing in files on its way there. */
export async function caughtUp({ redis, keys }: Service): Promise<void> {
  const partitions = Array.from({ length: keys.partitions }, (_, p) => p);
  const isThere = async () => {
    const positions = await readPositions(redis, keys, partitions);
    const spools = partitions.map((p) => redis.call('hlen', [keys.partition(p).spooled]));
    const spooled = (await Promise.all(spools)).some((count) => Number(count) > 0);
    return !spooled && positions.every(({ written, marked }) => written === marked);
  };
  await waitFor('history to catch up', isThere, SETTLED_WITHIN_MS);
}
