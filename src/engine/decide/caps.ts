// Hot path. Counting against caps (CATALOG, Deciding): per customer and offer over all placements,
// `decision` when chosen and returned, the other kinds by reported outcomes. A window w covers
// (now − w, now].

import type { CapLog } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import type { CapSpec } from './cap-specs.ts';
import type { OfferProgram } from './placements.ts';

/** Whether one of the offer's caps is reached. */
export function isCapped(draft: Draft, offer: OfferProgram, nowMs: number): boolean {
  for (const cap of offer.caps) {
    const log = draft.caps.get(cap.key);
    const count =
      log === undefined
        ? 0
        : cap.windowMs === null
          ? log.total
          : countSince(log.timesMs, nowMs - cap.windowMs);
    if (count >= cap.max) return true;
  }
  return false;
}

/** How many of the ascending times are later than `afterMs`. */
export function countSince(timesMs: readonly number[], afterMs: number): number {
  let count = 0;
  for (let i = timesMs.length - 1; i >= 0 && timesMs[i]! > afterMs; i--) count++;
  return count;
}

/** Counts one occurrence. @param atMs where it falls; ≤ nowMs */
export function countCap(
  draft: Draft,
  spec: CapSpec,
  specs: ReadonlyMap<string, CapSpec>,
  atMs: number,
  nowMs: number,
): void {
  const caps = new Map<string, CapLog>();
  // The map is copied anyway: logs whose windows are all over stay behind.
  for (const [key, log] of draft.caps) {
    const windowMs = specs.get(key)?.windowMs ?? null;
    if (windowMs === null || lastOf(log.timesMs) > nowMs - windowMs) caps.set(key, log);
  }
  const log = caps.get(spec.key);
  caps.set(spec.key, {
    total: (log?.total ?? 0) + 1,
    timesMs: withTime(log?.timesMs ?? NO_TIMES, atMs, nowMs, spec.keep, spec.windowMs),
  });
  draft.caps = caps;
}

const NO_TIMES: readonly number[] = [];

/** Adds a time where it falls; keeps the latest `keep` of those within the window, and the last. */
export function withTime(
  timesMs: readonly number[],
  atMs: number,
  nowMs: number,
  keep: number,
  windowMs: number | null,
): readonly number[] {
  let place = timesMs.length;
  while (place > 0 && timesMs[place - 1]! > atMs) place--;
  const next = timesMs.slice();
  if (place === timesMs.length) next.push(atMs);
  else next.splice(place, 0, atMs);
  let from = Math.max(0, next.length - keep);
  if (windowMs !== null) {
    const afterMs = nowMs - windowMs;
    while (from < next.length - 1 && next[from]! <= afterMs) from++;
  }
  return from === 0 ? next : next.slice(from);
}

/** The latest of ascending times; −Infinity when there is none. */
export function lastOf(timesMs: readonly number[]): number {
  return timesMs.length === 0 ? Number.NEGATIVE_INFINITY : timesMs[timesMs.length - 1]!;
}
