// Which merges a customer need not remember any more: who comes with a new browser each week must be known
// for longer than a list has room for.

import { APART_PREFIX, type MergeEntry } from '../model/identity.ts';

/** Folds that one state remembers; each is needed to know that it was done, until it is over. */
export const MERGES_MAX = 256;
/**
 * With so many those are forgotten that nobody can or will take back. Should the customer be folded in turn,
 * history leaves what the forgotten ones did with this one: few come so far.
 */
const MERGES_MANY = 128;
/** How many at once: each costs a look. */
const FORGOTTEN_MAX = 16;
/** How long a merge can be taken back, ms. */
export const UNMERGE_MS = 30 * 86_400_000;

type Merges = readonly MergeEntry[];

/** Those to be forgotten now; whoever does has to see first that they are over. */
export function forgettable(merges: Merges, nowMs: number): Merges {
  if (merges.length < MERGES_MANY) return [];
  return merges.filter((merge) => canForget(merge, nowMs)).slice(0, FORGOTTEN_MAX);
}

/** Whether one more can be remembered, for what can be forgotten meanwhile. */
export function hasRoomForMerge({ merges }: { readonly merges: Merges }, nowMs: number): boolean {
  return merges.length < MERGES_MAX || merges.some((merge) => canForget(merge, nowMs));
}

/** Too old to be taken back, or of what was kept apart of the customer's own browser. */
function canForget({ from, atMs }: MergeEntry, nowMs: number): boolean {
  return atMs < nowMs - UNMERGE_MS || from.startsWith(APART_PREFIX);
}
