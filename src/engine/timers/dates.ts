// Triggers on dates: every year on the day that a trait holds, or on the days of a list. Each customer has
// the next one as a timer; what it is reckoned from may change under it: traits, the customer's timezone,
// the catalog. What is due already stays, whatever else was said since.

import type { Calendar } from '../../model/calendar.ts';
import { nextDateMs } from '../../model/next-date.ts';
import { nextYearlyMs } from '../../model/next-yearly.ts';
import type { Timer } from '../../model/timer.ts';
import { customerCalendar } from '../customer-calendar.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import { traitAt } from '../trait-at.ts';
import { spreadMs } from './spread.ts';
import type { Timed, TimedProgram } from './timed-program.ts';
import { isSameTimer, pendingTimer, setTimer } from './timer-list.ts';

type OnDate = Timed<'yearly'> | Timed<'dates'>;

/** @param afterMs nothing is armed for then or before */
export function armDates(
  program: Program,
  { yearly, dates }: TimedProgram,
  draft: Draft,
  afterMs: number,
): void {
  if (yearly.length === 0 && dates.length === 0) return;
  const calendar = customerCalendar(program, draft);
  for (const each of yearly) armDate(program, draft, each, calendar, afterMs);
  for (const each of dates) armDate(program, draft, each, calendar, afterMs);
}

function armDate(
  program: Program,
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  afterMs: number,
): void {
  const { name } = each.trigger.definition;
  const pending = pendingTimer(draft.timers, name, null);
  if (pending !== undefined) {
    // Reckoned anew it comes out the same: it stays, and if it is due by now it is fired.
    const isSame = pending.of === each.time.id;
    if (isSame && nextOf(draft, each, calendar, pending.dueAtMs - 1) === pending.dueAtMs) return;
    draft.timers = draft.timers.filter((timer) => !isSameTimer(timer, pending));
  }
  setDate(program, draft, each, nextOf(draft, each, calendar, afterMs));
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
  const { time, trigger } = each;
  if (time.kind === 'yearly') {
    if (time.once && draft.noted.has(time.id)) return null;
    return nextYearlyMs(traitAt(draft, time.trait), time, calendar, afterMs);
  }
  // All customers have the same day: each gets another part of the time it is spread over.
  const laterMs = spreadMs(`${draft.customerId}:${trigger.definition.name}`, time.overMs);
  const next = nextDateMs(time.dates, time.leadMs, calendar, afterMs - laterMs);
  return next === null ? null : next + laterMs;
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
