// What several models say, as one order; of one model its own. The score of a blend is Σ weight · score
// relative to the model's best, before any rule. What has the same score is in an order of the customer's
// own: by murmur3(customer + ":" + item), the smaller first. The idea: a slice of each listing at a time,
// merged and put in order; what is asked for is mostly in the first, and who walks on gets to the end of
// all. The crowd's listings are shorter than a slice (models/candidates.ts); rejected is to count on it: all
// of 200,000 items at once would hold up the process for a tenth of a second.

import { murmur3 } from '../../model/hash.ts';
import type { Model, SourceDefinition } from '../../model/recommending.ts';
import type { Listing } from './listing.ts';

/** Places of a listing that are merged together; what a model has lower adds nothing to what is above. */
export const SLICE = 2_048;
/** More of the same score than that in a row are put in order in pieces. */
export const TIES_MAX = 4_096;

export interface Listed {
  readonly source: SourceDefinition;
  readonly listing: Listing;
}

/** An item that may come into the list. */
export interface Candidate {
  readonly itemId: string;
  /** The first that has it. */
  readonly source: Model;
  readonly score: number;
  /** All that have it, with their own numbers. */
  readonly sources: readonly { readonly source: Model; readonly score: number }[];
}

interface Merging {
  readonly itemId: string;
  readonly sources: { readonly source: Model; readonly score: number }[];
  score: number;
  /** −1 = not asked for yet. */
  draw: number;
}

/** Each item once, the best first. @param drawnAs who ties are drawn for */
export function* candidatesOf(
  listed: readonly Listed[],
  isBlend: boolean,
  drawnAs: string,
): Generator<Candidate> {
  const starts = listed.map(() => 0);
  const given = new Set<string>();
  const drawOf = (one: Merging): number => {
    if (one.draw < 0) one.draw = murmur3(`${drawnAs}:${one.itemId}`);
    return one.draw;
  };
  // Ends: each turn takes at least one place of every listing that has any left.
  while (listed.some(({ listing }, i) => starts[i]! < listing.length)) {
    const slice = new Map<string, Merging>();
    listed.forEach(({ source, listing }, i) => {
      const start = starts[i]!;
      const end = sliceEnd(listing, start);
      const best = listing.length === 0 ? 0 : listing.scoreAt(0);
      for (let place = start; place < end; place++) {
        const itemId = listing.idAt(place);
        if (itemId === '' || given.has(itemId)) continue;
        const own = listing.scoreAt(place);
        const share = isBlend ? (best > 0 ? (source.weight * Math.max(0, own)) / best : 0) : own;
        const one = slice.get(itemId) ?? { itemId, sources: [], score: 0, draw: -1 };
        one.score += share;
        one.sources.push({ source: source.model, score: own });
        slice.set(itemId, one);
      }
      starts[i] = end;
    });
    const merged = [...slice.values()].sort(
      (a, b) => b.score - a.score || drawOf(a) - drawOf(b) || (a.itemId < b.itemId ? -1 : 1),
    );
    for (const { itemId, score, sources } of merged) {
      given.add(itemId);
      yield { itemId, source: sources[0]!.source, score, sources };
    }
  }
}

/** Where a slice ends: not between items of one score. */
function sliceEnd(listing: Listing, start: number): number {
  const { length } = listing;
  let end = Math.min(length, start + SLICE);
  const most = Math.min(length, end + TIES_MAX);
  while (end > 0 && end < most && listing.scoreAt(end) === listing.scoreAt(end - 1)) end++;
  return end;
}
