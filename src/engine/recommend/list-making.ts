// A list in the making: candidates come best first, those that no rule is against are in it until it is
// full. Where somebody asks why, it says what was removed and by which rule.

import type { Item, Items } from '../../model/item.ts';
import {
  REMOVED_MAX,
  type RecommendedItem,
  type RemovedItem,
  type RemovedReason,
} from '../../model/recommending.ts';
import type { Candidate } from './blend.ts';
import { Diversity } from './diversify.ts';
import { itemView } from './item-view.ts';
import { type Judging, reasonAgainst } from './rules.ts';

export class ListMaking {
  readonly items: RecommendedItem[] = [];
  readonly removed: RemovedItem[] = [];
  /** Conditions that were unknown. */
  unknown = 0;
  private readonly diversity: Diversity;
  /** In the list, or removed for good. */
  private readonly settled = new Set<string>();
  private readonly said = new Set<string>();

  constructor(
    private readonly judging: Judging,
    private readonly table: Items | null,
    private readonly limit: number,
    private readonly explains: boolean,
  ) {
    this.diversity = new Diversity(judging.definition.diversify);
  }

  get isFull(): boolean {
    return this.items.length >= this.limit;
  }

  /** Takes what fits; explaining, it also looks at what comes after, as far as that can be said. */
  take(candidates: Iterable<Candidate>): void {
    for (const candidate of candidates) {
      if (this.isFull && !(this.explains && this.removed.length < REMOVED_MAX)) return;
      if (!this.settled.has(candidate.itemId)) this.consider(candidate);
    }
  }

  private consider(candidate: Candidate): void {
    const { itemId } = candidate;
    const item = itemAt(this.table, itemId);
    const reason = this.reasonAgainst(candidate, item);
    // Another source may have it: what was looked at, `for_you` may return.
    if (reason !== 'seed') this.settled.add(itemId);
    if (reason !== null) {
      this.remove(candidate, reason);
      return;
    }
    this.diversity.add(item);
    const { source, score, sources } = candidate;
    this.items.push({ itemId, source, score, sources, item: itemView(item) });
  }

  private reasonAgainst(candidate: Candidate, item: Item | null): RemovedReason | null {
    const reason = reasonAgainst(this.judging, candidate, item);
    if (reason === 'where_unknown') this.unknown++;
    if (reason !== null) return reason;
    if (!this.diversity.admits(item)) return 'diversity';
    return this.isFull ? 'outranked' : null;
  }

  private remove({ itemId, source, score }: Candidate, reason: RemovedReason): void {
    if (!this.explains || this.removed.length >= REMOVED_MAX || this.said.has(itemId)) return;
    this.said.add(itemId);
    this.removed.push({ itemId, source, score, reason });
  }
}

/** null = nothing is known of it. */
export function itemAt(table: Items | null, itemId: string): Item | null {
  const number = table === null ? -1 : table.numberOf(itemId);
  return number < 0 ? null : table!.at(number);
}
