// What one model says, before any rule: items, best first. The customer's own come with their ids, the
// crowd's by number, so that nothing is made for those that nobody gets to.

import type { Ranking } from '../../model/crowd/crowd.ts';
import type { Items } from '../../model/item.ts';

export interface Listing {
  readonly length: number;
  /** '' = it is no item any more. */
  idAt(place: number): string;
  /** The model's own number; never grows with the place. */
  scoreAt(place: number): number;
}

/** An item with a model's own number. */
export interface Scored {
  readonly itemId: string;
  readonly score: number;
}

export const NO_LISTING: Listing = { length: 0, idAt: () => '', scoreAt: () => 0 };

/** @param scored best first */
export function ownListing(scored: readonly Scored[]): Listing {
  return {
    length: scored.length,
    idAt: (place) => scored[place]!.itemId,
    scoreAt: (place) => scored[place]!.score,
  };
}

/** Copies: the ranking may be written over when the crowd is asked for another. */
export function crowdListing(ranking: Ranking, table: Items): Listing {
  const items = ranking.items.slice(0, ranking.length);
  const scores = ranking.scores.slice(0, ranking.length);
  return {
    length: ranking.length,
    idAt: (place) => table.idOf(items[place]!),
    scoreAt: (place) => scores[place]!,
  };
}
