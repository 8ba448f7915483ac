// Triggers on dates: every year on the day that a trait holds, or on the days of a list. Each customer has
// the next one as a timer; what it is reckoned from may change under it: traits, the customer's timezone,
// the catalog. What is due already stays, whatever else was said since.

import type { Calendar } from '../../model/calendar.ts';
import { dateMs, nextDateMs } from '../../model/next-date.ts';
import { nextYearlyMs } from '../../model/next-yearly.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Timer } from '../../model/timer.ts';
import { customerCalendar } from '../customer-calendar.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import { traitAt } from '../trait-at.ts';
import { spreadMs } from './spread.ts';
import type { Timed, TimedProgram } from './timed-program.ts';
import { isSameTimer, pendingTimer, setTimer } from './timer-list.ts';

/** No two zones are further apart, and no two dates of a year nearer. */
const ZONES_APART_MS = 48 * 3_600_000;

type OnDate = Timed<'yearly'> | Timed<'dates'>;

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

function armDate(
  program: Program,
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  afterMs: number,
  { before, was }: Before,
): void {
  const { name } = each.trigger.definition;
  const pending = pendingTimer(draft.timers, name, null);
  const isSame = pending?.of === each.time.id;
  if (was !== calendar && (isSame || pending === undefined) && isSameDate(draft, each, before)) {
    // Who travels takes their dates along: one that was over is not to come again, nor one to be left out.
    const dueAtMs = pending === undefined ? null : taken(draft, each, calendar, pending, was);
    if (dueAtMs === pending?.dueAtMs) return;
    if (dueAtMs !== null) setDate(program, draft, each, dueAtMs);
    return;
  }
  if (pending !== undefined) {
    // Reckoned anew it comes out the same: it stays, and if it is due by now it is fired.
    if (isSame && nextOf(draft, each, calendar, pending.dueAtMs - 1) === pending.dueAtMs) return;
    draft.timers = draft.timers.filter((timer) => !isSameTimer(timer, pending));
  }
  setDate(program, draft, each, nextOf(draft, each, calendar, afterMs));
}

/** A customer as they were, and the calendar that they lived by. */
interface Before {
  readonly before: CustomerState;
  readonly was: Calendar;
}

/** Whether what the date is reckoned from is as it was, but for the calendar. */
function isSameDate(draft: Draft, { time }: OnDate, before: CustomerState): boolean {
  return time.kind === 'dates' || traitAt(draft, time.trait) === traitAt(before, time.trait);
}

/** When the date comes in another calendar that was pending in one, epoch ms; it may be over. */
function taken(
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  { dueAtMs }: Timer,
  was: Calendar,
): number | null {
  const { time } = each;
  if (time.kind === 'yearly') return nextOf(draft, each, calendar, dueAtMs - ZONES_APART_MS);
  const laterMs = laterOf(draft, each, time.overMs) - time.leadMs;
  const left = time.dates.filter((date) => dateMs(date, was) + laterMs >= dueAtMs);
  const next = nextDateMs(left, time.leadMs, calendar, Number.NEGATIVE_INFINITY);
  return next === null ? null : next + laterMs + time.leadMs;
}

/** After one was due: the next. @param fired whether it came about */
export function armNextDate(
  program: Program,
  draft: Draft,
  each: OnDate,
  due: Timer,
  fired: boolean,
): void {
  const { time } = each;
  if (time.kind === 'yearly' && time.once && fired) {
    draft.noted = new Map(draft.noted).set(time.id, draft.asOfMs);
    return;
  }
  setDate(program, draft, each, nextOf(draft, each, customerCalendar(program, draft), due.dueAtMs));
}

/** The first that is due strictly after a time, epoch ms; null = never. */
function nextOf(draft: Draft, each: OnDate, calendar: Calendar, afterMs: number): number | null {
  const { time } = each;
  if (time.kind === 'yearly') {
    if (time.once && draft.noted.has(time.id)) return null;
    return nextYearlyMs(traitAt(draft, time.trait), time, calendar, afterMs);
  }
  const laterMs = laterOf(draft, each, time.overMs);
  const next = nextDateMs(time.dates, time.leadMs, calendar, afterMs - laterMs);
  return next === null ? null : next + laterMs;
}

/** All customers have the same day: each gets another part of the time it is spread over. */
function laterOf({ customerId }: Draft, { trigger }: OnDate, overMs: number): number {
  return spreadMs(`${customerId}:${trigger.definition.name}`, overMs);
}

function setDate(
  program: Program,
  draft: Draft,
  { trigger, time }: OnDate,
  dueAtMs: number | null,
) {
  if (dueAtMs === null) return;
  const timer = { trigger: trigger.definition.name, key: null, dueAtMs, cause: 'date' } as const;
  setTimer(draft, { ...timer, of: time.id, placements: null, event: '' }, program.counters);
}
