// A crowd that learned what a test tells it: tracker, facts and tables as the product puts them together.

import type { Partners, Ranking } from '../../../src/model/crowd/crowd.ts';
import { CrowdTables } from '../../../src/model/crowd/crowd-tables.ts';
import { FactReader } from '../../../src/model/crowd/fact-reader.ts';
import { ItemTable } from '../../../src/model/crowd/item-table.ts';
import { Tracker } from '../../../src/model/crowd/tracker.ts';
import type { ItemSighting } from '../../../src/model/item.ts';

export interface CrowdChoices {
  readonly sinceMs?: number;
  readonly itemsMax?: number;
  readonly customersMax?: number;
  readonly waitingMax?: number;
  readonly sessionMs?: number;
}

export function learnedCrowd(choices: CrowdChoices = {}) {
  const options = { sinceMs: 1_700_000_000_000, sessionMs: 1_800_000, itemsMax: 10_000 };
  const tracker = new Tracker({ ...options, ...choices });
  const tables = new CrowdTables(new ItemTable(choices.itemsMax ?? options.itemsMax));
  const reader = new FactReader(tables);
  const does =
    (kind: 'view' | 'add' | 'purchase', weight: number) =>
    (customerId: string, itemIds: readonly string[], atMs: number, sighting?: ItemSighting) => {
      const sightings = itemIds.map(() => sighting ?? null);
      const interaction = { customerId, kind, itemIds, sightings, weight, atMs };
      for (const fact of tracker.learn(interaction)) reader.read(fact);
    };
  const id = (item: number) => tables.items.idOf(item);
  return {
    ...{ tracker, tables, reader, id },
    views: does('view', 1),
    adds: does('add', 3),
    buys: does('purchase', 5),
    /** A visitor logs in. */
    joins: (from: string, into: string) => {
      for (const fact of tracker.learn({ kind: 'join', from, into })) reader.read(fact);
    },
    passes: () => {
      for (const fact of tracker.passed()) reader.read(fact);
    },
    number: (itemId: string) => tables.items.numberOf(itemId),
    partners: ({ length, items, counts }: Partners): Record<string, number> =>
      Object.fromEntries(Array.from({ length }, (_, k) => [id(items[k]!), counts[k]!])),
    ranking: ({ length, items, scores }: Ranking): [string, number][] =>
      Array.from({ length }, (_, k) => [id(items[k]!), scores[k]!]),
    /** Item ids of each session, by its number. */
    sessions: (): string[][] =>
      Array.from({ length: tables.sessions.size }, (_, session) => {
        const start = tables.sessions.startOf(session);
        const held = tables.sessions.items.subarray(
          start,
          start + tables.sessions.lengthOf(session),
        );
        return [...held].map(id);
      }).filter((items) => items.length > 0),
  };
}
