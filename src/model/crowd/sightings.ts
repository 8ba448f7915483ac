// What an event says of the items that it names: the values beside each id.

import { PairReader, type Roots } from '../event-path.ts';
import type { ItemSighting } from '../item.ts';
import type { JsonValue } from '../json.ts';
import type { Path } from '../path.ts';
import { type InteractionRules, itemIdOf, itemIdsOf } from './interactions.ts';

const TEXTS = ['name', 'category', 'brand'] as const;

/** Prepared reading of events about items. */
export class ItemReader {
  /** By id path. */
  private readonly readers: readonly { readonly id: Path; readonly fields: readonly Field[] }[];

  constructor(private readonly rules: InteractionRules) {
    this.readers = rules.id.map((id) => ({
      id,
      fields: [...TEXTS, 'price' as const].map((name) => ({
        name,
        pairs: new PairReader([beside(id, name)], [id]),
      })),
    }));
  }

  /** The different items of an event, and what it says of each; null = nothing. */
  read(event: Roots): {
    readonly itemIds: readonly string[];
    readonly sightings: readonly (ItemSighting | null)[];
  } {
    const itemIds = itemIdsOf(this.rules, event);
    if (itemIds.length === 0) return NOTHING;
    const found = new Map<string, { -readonly [Name in keyof ItemSighting]: ItemSighting[Name] }>();
    // Of several paths the one that names items has what is beside them.
    for (const { fields } of this.readers) {
      for (const { name, pairs } of fields) {
        const read = pairs.read(event);
        for (let i = 0; i < (read?.keys.length ?? 0); i++) {
          const itemId = itemIdOf(read!.keys[i]);
          if (itemId === null) continue;
          const said = found.get(itemId) ?? {};
          if (note(said, name, read!.values[i])) found.set(itemId, said);
        }
      }
      if (found.size > 0) break;
    }
    return { itemIds, sightings: itemIds.map((itemId) => found.get(itemId) ?? null) };
  }
}

interface Field {
  readonly name: keyof ItemSighting;
  readonly pairs: PairReader;
}

const NOTHING = { itemIds: [], sightings: [] };

function beside(id: Path, name: string): Path {
  const steps = [...id.steps.slice(0, -1), { key: name, each: false }];
  return { root: id.root, steps, text: `${id.text} ${name}` };
}

/** Prices that are texts are no prices. */
function note(
  said: { -readonly [Name in keyof ItemSighting]: ItemSighting[Name] },
  name: keyof ItemSighting,
  value: JsonValue | undefined,
): boolean {
  if (name === 'price') {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return false;
    said.price = value;
    return true;
  }
  if (typeof value !== 'string' || value === '') return false;
  said[name] = value;
  return true;
}
