// Items with the scores that a model gives them, until they are put in order.

import { BestItems } from '../../../model/crowd/best-items.ts';
import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';

/** Longest list of a model: what rules may choose from. */
export const CANDIDATES_MAX = 1_000;

export class Candidates {
  readonly #scores = new Map<number, number>();

  /** Scores of the same item are added up. */
  add(item: number, score: number): void {
    this.#scores.set(item, (this.#scores.get(item) ?? 0) + score);
  }

  /** Of the same item the greatest counts. */
  atLeast(item: number, score: number): void {
    const held = this.#scores.get(item);
    if (held === undefined || score > held) this.#scores.set(item, score);
  }

  /** Best first; equal scores in the order of item ids. @param but items that are not wanted */
  ranking({ items }: Crowd, but: readonly number[]): Ranking {
    const best = new BestItems(items, CANDIDATES_MAX);
    for (const [item, score] of this.#scores) {
      // An item that was forgotten stays in lists for a while.
      if (!but.includes(item) && items.idOf(item) !== '') best.offer(item, score);
    }
    return best.ranking();
  }
}
