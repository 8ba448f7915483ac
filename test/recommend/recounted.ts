// What a recount of history makes of the crowd: by the same rules as the learner's, in one go.

import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import { MODEL_DAYS } from '../../src/model/crowd/crowd.ts';
import { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FactReader } from '../../src/model/crowd/fact-reader.ts';
import type { InteractionRules, LearnedGroup } from '../../src/model/crowd/interactions.ts';
import { ItemTable } from '../../src/model/crowd/item-table.ts';
import { Tracker } from '../../src/model/crowd/tracker.ts';
import { IS_FOLD } from '../../src/recommend/history-pages.ts';
import { type EventRow, LearnedEvents } from '../../src/recommend/learned-events.ts';

const DAY_MS = 86_400_000;

/** Of history: rows as `recounted` reads them, each partition's in the order of its ledger. */
export const EVENT_ROWS = `SELECT * FROM (
  SELECT partition, ledger_id, 2 AS kind, customer_id, event, emptyArrayString() AS members,
    toUnixTimestamp64Milli(timestamp) AS at_ms, step_source, '' AS from_id FROM events
  UNION ALL
  SELECT partition, ledger_id, 1 AS kind, customer_id, '' AS event, emptyArrayString() AS members,
    0 AS at_ms, '' AS step_source, from_id
  FROM identity_changes WHERE ${IS_FOLD}
  UNION ALL
  SELECT partition, ledger_id, 0 AS kind, customer_id, '' AS event, [segments['tier']] AS members,
    0 AS at_ms, '' AS step_source, '' AS from_id
  FROM customer_changes
  ) ORDER BY partition, ledger_id, kind`;

/** The group whose members EVENT_ROWS have. */
export const TIER: readonly LearnedGroup[] = [{ name: 'tier', members: ['gold', 'silver'] }];

/** How many of them are events. */
export function eventsAmong(rows: readonly EventRow[]): number {
  return rows.filter(({ event }) => event !== '').length;
}

/** The tables' digest. */
export function recounted(
  rows: readonly EventRow[],
  itemsMax: number,
  rules: InteractionRules = DEFAULT_ITEMS,
): string {
  const events = new LearnedEvents(rules);
  const today = Date.now() - (Date.now() % DAY_MS);
  const sinceMs = today - MODEL_DAYS * DAY_MS;
  const tracker = new Tracker({ sessionMs: rules.sessionMs, sinceMs, itemsMax });
  const tables = new CrowdTables(new ItemTable(itemsMax));
  const reader = new FactReader(tables);
  for (const row of rows) {
    const happened = events.ofRow(row);
    if (happened === null) continue;
    for (const fact of tracker.learn(happened)) reader.read(fact);
  }
  for (let pass = 0; pass < 2; pass++) for (const fact of tracker.passed()) reader.read(fact);
  return tables.digest();
}
