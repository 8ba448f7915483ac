// How many partitions a worker should have. Shares add up to all partitions, differ by one at most,
// and depend only on who is alive, so workers agree without talking. Those that have been here
// longest carry the remainder: a worker that joins takes partitions from others but causes no move
// between them, and one that leaves only adds to the rest.

import type { Roster } from './leases.ts';

/** Longest time between two announcements: how soon the others see a worker come or go. */
const BEAT_MS_MAX = 500;

/** Time between two announcements of a worker with leases of `ttlMs`. */
export function beatMs(ttlMs: number): number {
  return Math.min(ttlMs / 4, BEAT_MS_MAX);
}

export const NOBODY: Roster = { workers: [], claims: [] };

/** The share of `worker`; 0 for one that is not in the list. */
export function shareOf(workers: readonly string[], worker: string, partitions: number): number {
  const rank = workers.indexOf(worker);
  if (rank < 0) return 0;
  const even = Math.floor(partitions / workers.length);
  return even + (rank < partitions % workers.length ? 1 : 0);
}

/**
 * Which of `mine`, the partitions of one group, go back: those that are claimed, and of a surplus one
 * of `groups` gives its part.
 * @param heldCount partitions of this worker, over all groups
 * @param share how many it should have
 */
export function partToGiveBack(
  mine: readonly number[],
  claims: readonly number[],
  heldCount: number,
  share: number,
  groups: number,
): readonly number[] {
  const stays = mine.filter((partition) => !claims.includes(partition));
  const surplus = heldCount - (mine.length - stays.length) - share;
  const count = Math.min(surplus, stays.length - Math.floor(share / groups));
  if (count > 0) stays.length -= count;
  return mine.filter((partition) => !stays.includes(partition));
}
