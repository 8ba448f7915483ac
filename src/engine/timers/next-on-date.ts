// When a trigger on a date is due next, and which of its dates it has fired on. A date is known by what the
// clock on the wall reads at it, which is the same in every timezone: the last that fired is noted, and
// neither it nor one before comes again, wherever the customer is by then and whoever they turn out to be.

import { type Calendar, DAY_MS } from '../../model/calendar.ts';
import type { LocalDateTime } from '../../model/catalog.ts';
import { dateMs, nextDateMs } from '../../model/next-date.ts';
import { nextYearlyMs } from '../../model/next-yearly.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import { traitAt } from '../trait-at.ts';
import { boundNoted } from './noted.ts';
import { spreadMs } from './spread.ts';
import type { Timed } from './timed-program.ts';

export type OnDate = Timed<'yearly'> | Timed<'dates'>;
type Dates = Timed<'dates'>['time'];

/** The first that is due strictly after a time, epoch ms, and has not fired; null = never. */
export function nextOnDateMs(
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  afterMs: number,
): number | null {
  const { time } = each;
  const fired = draft.noted.get(time.id);
  if (time.kind === 'yearly') {
    if (time.once && fired !== undefined) return null;
    const date = traitAt(draft, time.trait);
    return nextYearlyMs(date, time, calendar, afterMs, fired && fired + driftMs(date));
  }
  const laterMs = laterOf(draft, each, time.overMs);
  const next = nextDateMs(datesLeft(draft, time), time.leadMs, calendar, afterMs - laterMs);
  return next === null ? null : next + laterMs;
}

/** What is no date but a time falls on the day before in one timezone, and on the day after in another. */
function driftMs(date: unknown): number {
  return typeof date === 'string' && date.length > 'YYYY-MM-DD'.length ? DAY_MS : 0;
}

/** The dates of a list after the one that fired last. */
export function datesLeft({ noted }: Draft, time: Dates): readonly LocalDateTime[] {
  const fired = noted.get(time.id);
  if (fired === undefined) return time.dates;
  return time.dates.filter((date) => !(nameOf(date, time) <= fired));
}

/** Notes that a date has fired. @param dueAtMs when it was due in that calendar, epoch ms */
export function noteFired(
  program: Program,
  draft: Draft,
  each: OnDate,
  calendar: Calendar,
  dueAtMs: number,
): void {
  const { time } = each;
  const name =
    time.kind === 'yearly'
      ? calendar.localMs(dueAtMs + time.leadMs)
      : firedName(time, calendar, dueAtMs + time.leadMs - laterOf(draft, each, time.overMs));
  const noted = new Map(draft.noted);
  if (Number.isNaN(name) || (noted.get(time.id) ?? Number.NEGATIVE_INFINITY) >= name) return;
  noted.delete(time.id);
  noted.set(time.id, name);
  boundNoted(program, noted);
  draft.noted = noted;
}

/** All customers have the same day: each gets another part of the time it is spread over. */
export function laterOf({ customerId }: Draft, { trigger }: OnDate, overMs: number): number {
  return spreadMs(`${customerId}:${trigger.definition.name}`, overMs);
}

function firedName(time: Dates, calendar: Calendar, atMs: number): number {
  const fired = time.dates.find((date) => dateMs(date, calendar) === atMs);
  return fired === undefined ? Number.NaN : nameOf(fired, time);
}

/**
 * What a date of a list is known by. No order of local times and instants holds in every timezone: NaN for
 * an instant where both are in the list. It is the same everywhere, so that nothing is lost by it.
 */
function nameOf(date: LocalDateTime, { dates }: Dates): number {
  if (!('atMs' in date)) return date.localMs;
  return dates.every((other) => 'atMs' in other) ? date.atMs : Number.NaN;
}
