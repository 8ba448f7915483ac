// Triggers on dates: every year on the day that a trait holds, or on the days of a list. Each customer has
// the next one as a timer; what it is reckoned from may change under it: traits, the customer's timezone,
// the catalog, who they turn out to be. What is due already stays, whatever else was said since.

import { type Calendar, ZONES_APART_MS } from '../../model/calendar.ts';
import { dateMs, nextDateMs } from '../../model/next-date.ts';
import { isNoDate } from '../../model/next-yearly.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Timer } from '../../model/timer.ts';
import { customerCalendar } from '../customer-calendar.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import { traitAt } from '../trait-at.ts';
import { datesLeft, laterOf, nextOnDateMs, noteFired, type OnDate } from './next-on-date.ts';
import type { TimedProgram } from './timed-program.ts';
import { isSameTimer, pendingTimer, setTimer } from './timer-list.ts';

/**
 * @param before the customer as they were
 * @param afterMs nothing is armed for then or before
 */
export function armDates(
  program: Program,
  { yearly, dates }: TimedProgram,
  draft: Draft,
  before: CustomerState,
  afterMs: number,
): void {
  if (yearly.length === 0 && dates.length === 0) return;
  const calendar = customerCalendar(program, draft);
  // Who is new lived by none.
  const was = before.records > 0 ? customerCalendar(program, before) : calendar;
  for (const each of yearly) armDate(program, draft, each, calendar, afterMs, { before, was });
  for (const each of dates) armDate(program, draft, each, calendar, afterMs, { before, was });
}

/** One that is due, for the customer as they are: a merge may have brought it along, or one taken back. */
export function reckonDate(program: Program, draft: Draft, each: OnDate): void {
  const calendar = customerCalendar(program, draft);
  armDate(program, draft, each, calendar, draft.asOfMs, { before: draft, was: calendar });
}

/** After one was due: the next. @param fired whether it came about */
export function armNextDate(
  program: Program,
  draft: Draft,
  each: OnDate,
  { dueAtMs }: Timer,
  fired: boolean,
): void {
  const calendar = customerCalendar(program, draft);
  if (fired) noteFired(program, draft, each, calendar, dueAtMs);
  setDate(program, draft, each, nextOnDateMs(draft, each, calendar, dueAtMs));
}

function armDate(
  program: Program,
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  afterMs: number,
  before: Before,
): void {
  const { trigger, time } = each;
  const pending = pendingTimer(draft.timers, trigger.definition.name, null);
  if (pending !== undefined) {
    const dueAtMs = pending.of === time.id ? kept(draft, each, calendar, pending, before) : null;
    if (dueAtMs !== null) {
      if (dueAtMs !== pending.dueAtMs) setDate(program, draft, each, dueAtMs);
      return;
    }
    draft.timers = draft.timers.filter((timer) => !isSameTimer(timer, pending));
  } else if (time.kind === 'dates' && before.was !== calendar) {
    // A list that is over is so elsewhere, too.
    return;
  }
  if (time.kind === 'yearly' && isNoDate(traitAt(draft, time.trait), calendar)) {
    program.counters.datesUnread++;
  }
  setDate(program, draft, each, nextOnDateMs(draft, each, calendar, afterMs));
}

/** A customer as they were, and the calendar that they lived by. */
interface Before {
  readonly before: CustomerState;
  readonly was: Calendar;
}

/**
 * When the date comes that is pending, epoch ms; it may be over: who travels takes their dates along, and
 * one that was over is not to come again, nor one to be left out. null = it is not theirs any more.
 */
function kept(
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  { dueAtMs }: Timer,
  { before, was }: Before,
): number | null {
  const { time } = each;
  const isTakenAlong =
    time.kind === 'dates'
      ? was !== calendar
      : traitAt(draft, time.trait) === traitAt(before, time.trait);
  if (!isTakenAlong) {
    return nextOnDateMs(draft, each, calendar, dueAtMs - 1) === dueAtMs ? dueAtMs : null;
  }
  if (time.kind === 'yearly') {
    const atMs = nextOnDateMs(draft, each, calendar, dueAtMs - ZONES_APART_MS);
    return atMs !== null && atMs < dueAtMs + ZONES_APART_MS ? atMs : null;
  }
  const laterMs = laterOf(draft, each, time.overMs) - time.leadMs;
  const left = datesLeft(draft, time).filter((date) => dateMs(date, was) + laterMs >= dueAtMs);
  const next = nextDateMs(left, time.leadMs, calendar, Number.NEGATIVE_INFINITY);
  return next === null ? null : next + laterMs + time.leadMs;
}

function setDate(
  program: Program,
  draft: Draft,
  { trigger, time }: OnDate,
  dueAtMs: number | null,
): void {
  if (dueAtMs === null) return;
  const timer = { trigger: trigger.definition.name, key: null, dueAtMs, cause: 'date' } as const;
  setTimer(draft, { ...timer, of: time.id, placements: null, event: '' }, program.counters);
}
