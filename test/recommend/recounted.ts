// What a recount of history makes of the crowd: by the same rules as the learner's, in one go.

import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import { MODEL_DAYS } from '../../src/model/crowd/crowd.ts';
import { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { FactReader } from '../../src/model/crowd/fact-reader.ts';
import type { InteractionRules } from '../../src/model/crowd/interactions.ts';
import { ItemTable } from '../../src/model/crowd/item-table.ts';
import { Tracker } from '../../src/model/crowd/tracker.ts';
import { type EventRow, LearnedEvents } from '../../src/recommend/learned-events.ts';

const DAY_MS = 86_400_000;

/** Of history: rows as `recounted` reads them, each partition's in the order of its ledger. */
export const EVENT_ROWS = `SELECT customer_id, event, toUnixTimestamp64Milli(timestamp) AS at_ms, step_source
  FROM events ORDER BY partition, ledger_id`;

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
    const interaction = events.ofRow(row);
    if (interaction === null) continue;
    for (const fact of tracker.learn(interaction)) reader.read(fact);
  }
  return tables.digest();
}
