// How many partitions a worker should have. Shares add up to all partitions, differ by one at most,
// and depend only on who is alive, so workers agree without talking. Those that have been here
// longest carry the remainder: a worker that joins takes partitions from others but causes no move
// between them, and one that leaves only adds to the rest.

/** What a worker knows of the others. */
export interface Roster {
  /** Ids of the workers alive, in the order in which they started. */
  readonly workers: readonly string[];
  /** Partitions that somebody who is no worker (a repair) asks for. */
  readonly claims: readonly number[];
}

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
