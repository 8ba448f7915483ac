// Hot path (the closures). Times against `now`, and the calendar of the catalog's zone.

import { Instant, type MaybeValue, Span } from '../../../model/value.ts';
import type { Ast, Compiling } from '../compiling.ts';
import { type StaticType, spoken } from '../static-type.ts';
import { constant, derived, type MsReader, type Term, term } from '../term.ts';
import { dayOf, instant, readTime, span, timeOf } from '../time-of.ts';
import { durationToMs } from './duration-text.ts';
import type { Signature } from './signature.ts';

/** `since(t)`: how long ago; negative for a time to come. `until(t)` is its opposite. */
function compileDistance(name: string, sign: 1 | -1): Signature {
  return {
    least: 1,
    most: 1,
    usage: `${name}(time)`,
    compile(compiling, [ast]) {
      compiling.reads.now = true;
      const at = timeOf(compiling, ast!, compiling.compile(ast!), `${name}()`);
      const ms: MsReader = (scope) => {
        const then = at(scope);
        return then === undefined ? undefined : sign * (scope.nowMs - then);
      };
      return term('duration', (scope) => span(ms(scope)), { ms });
    },
  };
}

/** `duration('30d')`. */
function compileDuration(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const part = compiling.compile(ast!);
  if (part.type === 'duration') return part;
  if (part.type !== 'string' && part.type !== 'dyn') {
    const found = spoken(part.type);
    return compiling.fault(ast!, `duration() takes text such as '30d', this is ${found}`);
  }
  const read = (value: MaybeValue): number | undefined => {
    if (value instanceof Span) return value.ms;
    return typeof value === 'string' ? span(durationToMs(value))?.ms : undefined;
  };
  if (part.pure && part.type === 'string') {
    const fixed = read(part.value);
    if (fixed !== undefined) return constant('duration', new Span(fixed), { ms: () => fixed });
    const found = JSON.stringify(part.value);
    const units = 'ms s m h d w';
    return compiling.fault(ast!, `${found} is no duration: write a number and one of ${units}`);
  }
  const { run } = part;
  const ms: MsReader = (scope) => read(run(scope));
  return derived([part], 'duration', (scope) => span(ms(scope)), { ms });
}

/** `timestamp(x)`: of an ISO time or date, or of seconds since 1970. */
function compileTimestamp(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const part = compiling.compile(ast!);
  if (part.type === 'time') return part;
  const { calendar } = compiling;
  if (part.type === 'number' || part.type === 'dyn') {
    const { run } = part;
    const ms: MsReader = (scope) => {
      const value = run(scope);
      const at = typeof value === 'number' ? value * 1000 : readTime(value, calendar);
      return instant(at)?.ms;
    };
    return derived([part], 'time', (scope) => instant(ms(scope)), { ms });
  }
  const ms = timeOf(compiling, ast!, part, 'timestamp()');
  return derived([part], 'time', (scope) => instant(ms(scope)), { ms });
}

/** `date(x)`: the local midnight at which the day of x began. */
function compileDate(compiling: Compiling, [ast]: readonly Ast[]): Term {
  const part = compiling.compile(ast!);
  const { calendar } = compiling;
  const day = dayOf(compiling, ast!, part, 'date()');
  const ms: MsReader = (scope) => {
    const at = day(scope);
    return at === undefined ? undefined : calendar.midnightMs(at);
  };
  return derived([part], 'time', (scope) => instant(ms(scope)), { ms });
}

/** `hour(x)` and `weekday(x)`. */
function compileOfClock(name: 'hour' | 'weekday'): Signature {
  return {
    least: 1,
    most: 1,
    usage: `${name}(time)`,
    compile(compiling, [ast]) {
      const part = compiling.compile(ast!);
      const at = timeOf(compiling, ast!, part, `${name}()`);
      const { calendar } = compiling;
      return derived([part], 'number', (scope) => {
        const ms = at(scope);
        if (ms === undefined) return undefined;
        return name === 'hour' ? calendar.hour(ms) : calendar.weekday(ms);
      });
    },
  };
}

/** `age(x)`: whole years from the local date of x to today; unknown before birth. */
function compileAge(compiling: Compiling, [ast]: readonly Ast[]): Term {
  compiling.reads.now = true;
  const born = dayOf(compiling, ast!, compiling.compile(ast!), 'age()');
  const { calendar } = compiling;
  return term('number', (scope) => {
    const day = born(scope);
    if (day === undefined) return undefined;
    const years = calendar.age(day, scope.nowMs);
    return years < 0 ? undefined : years;
  });
}

function one(usage: string, compile: Signature['compile']): Signature {
  return { least: 1, most: 1, usage, compile };
}

/** The functions of time. */
export const TIME_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ['since', compileDistance('since', 1)],
  ['until', compileDistance('until', -1)],
  ['duration', one("duration('30d')", compileDuration)],
  ['timestamp', one('timestamp(text)', compileTimestamp)],
  ['date', one('date(time)', compileDate)],
  ['hour', compileOfClock('hour')],
  ['weekday', compileOfClock('weekday')],
  ['age', one('age(date)', compileAge)],
]);

/** Whether a run-time value is of a type that has clock fields. */
export function isTimed(value: MaybeValue): value is Instant | Span {
  return value instanceof Instant || value instanceof Span;
}

/** Types that have clock fields. */
export const TIMED: ReadonlySet<StaticType> = new Set(['time', 'duration', 'dyn']);
