// Hot path (the closures). Getting at the milliseconds of a time or a duration, however it comes.

import type { Calendar } from '../../model/calendar.ts';
import { isoToDay, isoToMs } from '../../model/iso-time.ts';
import { Instant, type MaybeValue, Span } from '../../model/value.ts';
import type { Ast, Compiling } from './compiling.ts';
import { spoken } from './static-type.ts';
import type { MsReader, Term } from './term.ts';

/** CEL's range of times: the years 1 to 9999. */
const TIME_MIN_MS = -62_135_596_800_000;
const TIME_MAX_MS = 253_402_300_799_999;
/** CEL's range of durations: ten thousand years. */
const SPAN_MAX_MS = 315_576_000_000_000;

/** The instant, unknown outside of the years 1 to 9999. */
export function instant(ms: number | undefined): Instant | undefined {
  if (ms === undefined || !(ms >= TIME_MIN_MS && ms <= TIME_MAX_MS)) return undefined;
  return new Instant(ms);
}

/** The duration, unknown beyond ten thousand years. */
export function span(ms: number | undefined): Span | undefined {
  if (ms === undefined || !(Math.abs(ms) <= SPAN_MAX_MS)) return undefined;
  return new Span(ms);
}

/** Milliseconds of a time (when its type is known to be that), else of a duration. */
export function msOf(part: Term): MsReader {
  if (part.ms !== null) return part.ms;
  const { run } = part;
  const kind = part.type === 'time' ? Instant : Span;
  return (scope) => {
    const value = run(scope);
    return value instanceof kind ? value.ms : undefined;
  };
}

/** Epoch ms of a run-time value that stands for a time: an instant, or an ISO text. */
export function readTime(value: MaybeValue, calendar: Calendar): number | undefined {
  if (value instanceof Instant) return value.ms;
  return typeof value === 'string' ? isoToMs(value, calendar) : undefined;
}

/**
 * Epoch ms of a term that must be a time: a time, an ISO text (a literal is read at load), or a
 * value of no known type. Anything else is a fault of `taker`.
 */
export function timeOf(compiling: Compiling, ast: Ast, part: Term, taker: string): MsReader {
  if (part.type === 'time') return msOf(part);
  if (!checkTime(compiling, ast, part, taker)) return () => undefined;
  const { calendar } = compiling;
  if (part.pure) {
    const ms = readTime(part.value, calendar);
    return () => ms;
  }
  const { run } = part;
  return (scope) => readTime(run(scope), calendar);
}

/** The local day number of a term that must be a time; a date literal is that very date. */
export function dayOf(compiling: Compiling, ast: Ast, part: Term, taker: string): MsReader {
  const { calendar } = compiling;
  if (!checkTime(compiling, ast, part, taker)) return () => undefined;
  const { run } = part;
  return (scope) => {
    const value = run(scope);
    if (typeof value === 'string') return isoToDay(value, calendar);
    return value instanceof Instant ? calendar.day(value.ms) : undefined;
  };
}

function checkTime(compiling: Compiling, ast: Ast, part: Term, taker: string): boolean {
  if (part.type === 'time' || part.type === 'dyn') return true;
  if (part.type !== 'string') {
    compiling.fault(ast, `${taker} takes a time, this is ${spoken(part.type)}`);
    return false;
  }
  if (part.pure && readTime(part.value, compiling.calendar) === undefined) {
    const found = JSON.stringify(part.value);
    compiling.fault(ast, `${found} is no time: write 2026-11-22 or 2026-11-22T10:00:00Z`);
    return false;
  }
  return true;
}
