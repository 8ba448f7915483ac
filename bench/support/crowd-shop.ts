// A seeded shop and what its customers do with items in a week that ends at NOW: some items are asked for
// much more than others, and a session stays in one category. Told to the learner's own tracker and tables.

import { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import type { Fact } from '../../src/model/crowd/fact.ts';
import { FactReader } from '../../src/model/crowd/fact-reader.ts';
import type { Interaction, Joining } from '../../src/model/crowd/interaction.ts';
import { ItemTable } from '../../src/model/crowd/item-table.ts';
import { Tracker } from '../../src/model/crowd/tracker.ts';
import type { ItemSighting } from '../../src/model/item.ts';
import { seeded } from './events.ts';

export const NOW_MS = Date.UTC(2026, 10, 1);
const WEEK_MS = 7 * 86_400_000;
const STEP_MS = 60_000;
const SESSION_MS = 30 * 60_000;
/** Of a session that goes on, and of one that goes over to another item that is loved. */
const GOES_ON = 0.8;
const VIEW = 0.8;
const ADD = 0.93;
/** So many items have a category to themselves. */
const CATEGORY_ITEMS = 200;

export interface Shop {
  readonly items: number;
  readonly sessions: number;
}

/** Interactions by time; about 5 a session, and 3 sessions a customer. */
export function* interactionsOf({ items, sessions }: Shop, seed = 7): Generator<Interaction> {
  const random = seeded(seed);
  const categories = Math.max(1, Math.round(items / CATEGORY_ITEMS));
  const customers = Math.max(1, Math.round(sessions / 3));
  for (let session = 0; session < sessions; session++) {
    let atMs = NOW_MS - WEEK_MS + Math.floor((session / sessions) * WEEK_MS);
    const customerId = `u${Math.floor(random() * customers)}`;
    const category = Math.floor(random() * categories);
    do {
      // Squared: the first items of a category are asked for most. The last session may end after NOW.
      const place = Math.floor(random() ** 2 * (items / categories));
      const item = Math.min(items - 1, category + place * categories);
      const dice = random();
      const [kind, weight] =
        dice < VIEW ? (['view', 1] as const) : dice < ADD ? (['add', 3] as const) : BOUGHT;
      const itemIds = [`p${item}`];
      // Orders hold what goes with it, too.
      if (kind === 'purchase') itemIds.push(`p${(item + categories) % items}`);
      const sightings = itemIds.map(() => sightingOf(item, category));
      yield { customerId, kind, itemIds: [...new Set(itemIds)], sightings, weight, atMs };
      atMs = Math.min(NOW_MS, atMs + STEP_MS);
    } while (random() < GOES_ON);
  }
}

const BOUGHT = ['purchase', 5] as const;

function sightingOf(item: number, category: number): ItemSighting {
  const [brand, price] = [`b${item % 97}`, 5 + (item % 400)];
  return { name: `Item ${item}`, category: `c${category}`, brand, price };
}

/** Tables of a process, and what tells them. */
export interface Learned {
  readonly tables: CrowdTables;
  readonly tracker: Tracker;
  readonly reader: FactReader;
  interactions: number;
  facts: number;
}

export function emptyCrowd(itemsMax: number): Learned {
  const tables = new CrowdTables(new ItemTable(itemsMax), 'bench');
  const sinceMs = NOW_MS - 90 * 86_400_000;
  const tracker = new Tracker({ sessionMs: SESSION_MS, sinceMs, itemsMax });
  return { tables, tracker, reader: new FactReader(tables), interactions: 0, facts: 0 };
}

export function learn(learned: Learned, happened: Interaction | Joining): readonly Fact[] {
  const facts = learned.tracker.learn(happened);
  for (const fact of facts) learned.reader.read(fact);
  learned.interactions++;
  learned.facts += facts.length;
  return facts;
}

/** Every item is known: those that nobody asked for are declared. */
export function learnedShop(shop: Shop): Learned {
  const learned = emptyCrowd(shop.items);
  const categories = Math.max(1, Math.round(shop.items / CATEGORY_ITEMS));
  for (let i = 0; i < shop.items; i++) {
    learned.tables.items.sight(`p${i}`, sightingOf(i, i % categories));
  }
  for (const interaction of interactionsOf(shop)) learn(learned, interaction);
  return learned;
}
