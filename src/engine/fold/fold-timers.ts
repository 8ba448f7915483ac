// What time would have brought to either, it brings to the one customer they are: once.

import type { CustomerState } from '../../model/state.ts';
import { byDue, type Timer } from '../../model/timer.ts';
import type { Draft } from '../draft.ts';
import { WAITING_MAX } from '../limits.ts';
import type { Program } from '../program.ts';
import { armDates } from '../timers/dates.ts';
import { boundNoted } from '../timers/noted.ts';
import { boundTimers, isSameTimer } from '../timers/timer-list.ts';
import { isSuperseded } from '../timers/waiting.ts';

/**
 * Of two timers that are one the later stays: armed anew it would have been moved. Of two for a date the
 * earlier: neither this year's is left out nor, since what has fired is noted, does it come again.
 */
export function foldTimers(program: Program, draft: Draft, from: CustomerState): void {
  const { counters } = program;
  if (from.timers.length > 0) {
    const mine = draft.timers;
    const stays = (timer: Timer, others: readonly Timer[]) =>
      !others.some((other) => isSameTimer(timer, other) && isInstead(other, timer));
    const theirs = from.timers.filter(
      (timer) => stays(timer, mine) && !mine.some((own) => isSame(own, timer)),
    );
    const kept = mine.filter((timer) => stays(timer, from.timers));
    draft.timers = boundTimers([...kept, ...theirs].sort(byDue), counters);
  }
  if (from.waiting.length > 0) {
    const waiting = [...draft.waiting, ...from.waiting];
    waiting.sort((a, b) => a.firedAtMs - b.firedAtMs);
    const newest = waiting.filter(
      (one, i) => !waiting.some((other, j) => j > i && isSuperseded(one, other)),
    );
    draft.waiting = newest.slice(-WAITING_MAX);
  }
  foldNoted(program, draft, from);
  if (program.timed !== null) armDates(program, program.timed, draft, draft, draft.asOfMs);
  // Both together may be in a segment that neither was in, and have another birthday: looked at, at once.
  const isLooked = draft.lookAtMs !== 0 || from.lookAtMs !== 0;
  if (program.timed !== null || isLooked) draft.lookAtMs = draft.asOfMs;
}

function isInstead(other: Timer, timer: Timer): boolean {
  const isDate = timer.cause === 'date' && timer.placements === null;
  return isDate ? other.dueAtMs < timer.dueAtMs : other.dueAtMs > timer.dueAtMs;
}

function isSame(a: Timer, b: Timer): boolean {
  return a.dueAtMs === b.dueAtMs && isSameTimer(a, b);
}

/** Who was in, is not led in once more; what was fired last is. */
function foldNoted(program: Program, draft: Draft, from: CustomerState): void {
  if (from.noted.size > 0) {
    const noted = new Map(draft.noted);
    for (const [id, value] of from.noted) noted.set(id, Math.max(value, noted.get(id) ?? 0));
    boundNoted(program, noted);
    draft.noted = noted;
  }
}
