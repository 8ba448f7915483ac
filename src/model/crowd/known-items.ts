// The tracker's own numbers of items. A number may become another item's; its generation tells which one
// is meant, so that customers need not be walked through when an item is forgotten.

import type { ItemSighting } from '../item.ts';
import type { Fact } from './fact.ts';
import { joined } from './item-table.ts';

const FIELDS = ['name', 'category', 'brand', 'price'] as const;
const NOTHING: ItemSighting = {};

/** Of the items, how many are forgotten at once when there is no more room. */
const FORGOTTEN_PART = 64;

export class KnownItems {
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #seen: (ItemSighting | null)[] = [];
  /** By item and field: when the event happened that said it. */
  readonly #saidMs: number[] = [];
  readonly #times: number[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];

  constructor(readonly itemsMax: number) {}

  generationOf(item: number): number {
    return this.#generations[item]!;
  }

  /**
   * Its number; facts tell of it when it is new, or when something new is said of it. What happened last
   * is right, in whatever order it is told: history is read partition by partition.
   */
  meet(itemId: string, sighting: ItemSighting | null, atMs: number, facts: Fact[]): number {
    const item = this.#numbers.get(itemId) ?? this.#begin(itemId, facts);
    this.#times[item]!++;
    if (sighting !== null) this.#sight(item, sighting, atMs, facts);
    return item;
  }

  #begin(itemId: string, facts: Fact[]): number {
    if (this.#numbers.size >= this.itemsMax) this.#forgetLeastSeen(facts);
    const item = this.#free.pop() ?? this.#ids.length;
    this.#numbers.set(itemId, item);
    this.#ids[item] = itemId;
    this.#seen[item] = null;
    for (let k = 0; k < FIELDS.length; k++) this.#saidMs[item * FIELDS.length + k] = -Infinity;
    this.#times[item] = 0;
    this.#generations[item] ??= 0;
    facts.push({ kind: 'item', item, itemId });
    return item;
  }

  #sight(item: number, sighting: ItemSighting, atMs: number, facts: Fact[]): void {
    const before = this.#seen[item] ?? NOTHING;
    const said = joined(null, sighting);
    let after: ItemSighting | null = null;
    for (let k = 0; k < FIELDS.length; k++) {
      const field = FIELDS[k]!;
      const value = said[field];
      if (value === undefined) continue;
      const place = item * FIELDS.length + k;
      const saidMs = this.#saidMs[place]!;
      if (atMs < saidMs || (atMs === saidMs && value <= before[field]!)) continue;
      this.#saidMs[place] = atMs;
      if (value !== before[field]) after = { ...(after ?? before), [field]: value };
    }
    if (after === null) return;
    this.#seen[item] = after;
    facts.push({ kind: 'seen', item, sighting: after });
  }

  /** Of those that were seen equally often, the first that came leave. */
  #forgetLeastSeen(facts: Fact[]): void {
    const order = [...this.#numbers.values()].sort((a, b) => this.#times[a]! - this.#times[b]!);
    for (const item of order.slice(0, Math.ceil(this.itemsMax / FORGOTTEN_PART))) {
      this.#numbers.delete(this.#ids[item]!);
      this.#generations[item]!++;
      this.#free.push(item);
      facts.push({ kind: 'forget', item });
    }
  }
}
