// Hot path. `days`: distinct local dates with an event; over 28d, today and the 27 dates before.

import { type Calendar, DAY_MS } from '../../model/calendar.ts';
import type { FeatureValue } from '../../model/state.ts';
import type { MaybeValue } from '../../model/value.ts';
import type { Fold, FoldInput } from './fold.ts';

/** Runs of consecutive days kept without a window; the oldest run becomes a mere number of days. */
export const DAY_RUNS_MAX = 256;

/**
 * Stored flat: days that are only counted, then runs of consecutive days: the first one's day number
 * and length, then each next one's distance from the end of the one before, and length.
 */
export class Days implements Fold {
  readonly empty = 0;
  /** Dates in the window; Infinity = for ever. */
  private readonly dates: number;

  constructor(
    windowMs: number | null,
    private readonly calendar: Calendar,
  ) {
    this.dates = windowMs === null ? Number.POSITIVE_INFINITY : Math.ceil(windowMs / DAY_MS);
  }

  add(
    value: FeatureValue,
    _input: FoldInput,
    atMs: number,
    nowMs: number,
  ): FeatureValue | undefined {
    const day = this.calendar.day(atMs);
    const oldest = this.calendar.day(nowMs) - this.dates + 1;
    if (!(day >= oldest)) return undefined;
    if (value === null) return [0, day, 1];
    const runs = value as readonly number[];
    // Runs as [start, end) pairs, without what left the window.
    const bounds: number[] = [];
    let end = 0;
    for (let i = 1; i < runs.length; i += 2) {
      const start = end + runs[i]!;
      end = start + runs[i + 1]!;
      if (start <= day && day < end) return value;
      if (end > oldest) bounds.push(Math.max(start, oldest), end);
    }
    // Before the runs there are only counted days: this one is taken to be among them.
    if (runs[0]! > 0 && day < runs[1]!) return value;
    insertDay(bounds, day);
    return pack(runs[0]!, bounds);
  }

  read(value: FeatureValue, nowMs: number): MaybeValue {
    if (value === null) return undefined;
    const runs = value as readonly number[];
    const oldest = this.calendar.day(nowMs) - this.dates + 1;
    let count = runs[0]!;
    let end = 0;
    for (let i = 1; i < runs.length; i += 2) {
      const start = end + runs[i]!;
      end = start + runs[i + 1]!;
      if (end > oldest) count += end - Math.max(start, oldest);
    }
    return count === 0 ? undefined : count;
  }

  /** When the first date leaves that is in the window. */
  until(value: FeatureValue, nowMs: number): number {
    if (this.dates === Number.POSITIVE_INFINITY) return this.dates;
    const runs = value as readonly number[];
    const oldest = this.calendar.day(nowMs) - this.dates + 1;
    let first = Number.POSITIVE_INFINITY;
    let end = 0;
    for (let i = 1; i < runs.length && first === Number.POSITIVE_INFINITY; i += 2) {
      const start = end + runs[i]!;
      end = start + runs[i + 1]!;
      if (end > oldest) first = Math.max(start, oldest);
    }
    return this.calendar.dayReachedMs(first + this.dates, nowMs);
  }

  merge(into: FeatureValue, from: FeatureValue, nowMs: number): FeatureValue {
    const oldest = this.calendar.day(nowMs) - this.dates + 1;
    const [mine, others] = [into as readonly number[], from as readonly number[]];
    // Before this day one of them only counted: how many of them the other had too, nobody knows.
    const knownFrom = Math.max(countedUntil(mine), countedUntil(others));
    const counted = Math.max(
      countBefore(knownFrom, mine, oldest),
      countBefore(knownFrom, others, oldest),
    );
    const bounds = boundsFrom(Math.max(oldest, knownFrom), mine);
    uniteRuns(bounds, boundsFrom(Math.max(oldest, knownFrom), others));
    return pack(counted, bounds);
  }

  /** When its last date starts in UTC, which is near enough to compare. */
  newestMs(value: FeatureValue): number {
    const [, ...runs] = value as readonly number[];
    return runs.reduce((end, part) => end + part, 0) * DAY_MS;
  }
}

/** Adds a day that is in none of the runs, joining neighbours. */
function insertDay(bounds: number[], day: number): void {
  let i = 0;
  while (i < bounds.length && bounds[i + 1]! < day) i += 2;
  if (i < bounds.length && bounds[i + 1] === day) {
    if (bounds[i + 2] === day + 1) bounds.splice(i + 1, 2);
    else bounds[i + 1] = day + 1;
  } else if (i < bounds.length && bounds[i] === day + 1) {
    bounds[i] = day;
  } else {
    bounds.splice(i, 0, day, day + 1);
  }
}

function pack(counted: number, bounds: readonly number[]): FeatureValue {
  let before = counted;
  let from = 0;
  while (bounds.length - from > 2 * DAY_RUNS_MAX) {
    before += bounds[from + 1]! - bounds[from]!;
    from += 2;
  }
  const out = [before];
  let end = 0;
  for (let i = from; i < bounds.length; i += 2) {
    out.push(bounds[i]! - end, bounds[i + 1]! - bounds[i]!);
    end = bounds[i + 1]!;
  }
  return out;
}

/** The day before which days are only counted; −Infinity when none are. */
function countedUntil(runs: readonly number[]): number {
  return runs[0]! > 0 ? (runs[1] ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
}

/** The runs as [start, end) pairs, as far as they reach past a day. */
function boundsFrom(day: number, runs: readonly number[]): number[] {
  const bounds: number[] = [];
  let end = 0;
  for (let i = 1; i < runs.length; i += 2) {
    const start = end + runs[i]!;
    end = start + runs[i + 1]!;
    if (end > day) bounds.push(Math.max(start, day), end);
  }
  return bounds;
}

/** How many days up to one, those that are only counted among them. */
function countBefore(day: number, runs: readonly number[], oldest: number): number {
  const bounds = boundsFrom(oldest, runs);
  let count = runs[0]!;
  for (let i = 0; i < bounds.length; i += 2) {
    count += Math.max(0, Math.min(bounds[i + 1]!, day) - bounds[i]!);
  }
  return count;
}

/** Adds runs to others, joining those that meet. */
function uniteRuns(bounds: number[], others: readonly number[]): void {
  const runs: (readonly [number, number])[] = [];
  for (const list of [bounds, others]) {
    for (let i = 0; i < list.length; i += 2) runs.push([list[i]!, list[i + 1]!]);
  }
  bounds.length = 0;
  for (const [start, end] of runs.sort(([a], [b]) => a - b)) {
    const last = bounds.at(-1);
    if (last !== undefined && start <= last) bounds[bounds.length - 1] = Math.max(last, end);
    else bounds.push(start, end);
  }
}
