// Hot path (the closures). CEL's accessors of times (getFullYear …, in UTC or a given zone) and of
// durations (getHours …: the whole duration in that unit).

import { calendarOf } from '../../../model/calendar.ts';
import { Instant, type Scope } from '../../../model/value.ts';
import type { Ast, Compiling } from '../compiling.ts';
import { spoken } from '../static-type.ts';
import { derived } from '../term.ts';
import type { Signature } from './signature.ts';
import { isTimed, TIMED } from './times.ts';

const DAY_MS = 86_400_000;

const OF_TIME: ReadonlyMap<string, (local: Date) => number> = new Map([
  ['getFullYear', (at) => at.getUTCFullYear()],
  ['getMonth', (at) => at.getUTCMonth()],
  ['getDate', (at) => at.getUTCDate()],
  ['getDayOfMonth', (at) => at.getUTCDate() - 1],
  ['getDayOfWeek', (at) => at.getUTCDay()],
  ['getDayOfYear', dayOfYear],
  ['getHours', (at) => at.getUTCHours()],
  ['getMinutes', (at) => at.getUTCMinutes()],
  ['getSeconds', (at) => at.getUTCSeconds()],
  ['getMilliseconds', (at) => at.getUTCMilliseconds()],
]);

const OF_SPAN: ReadonlyMap<string, (ms: number) => number> = new Map([
  ['getHours', (ms) => Math.trunc(ms / 3_600_000)],
  ['getMinutes', (ms) => Math.trunc(ms / 60_000)],
  ['getSeconds', (ms) => Math.trunc(ms / 1000)],
  ['getMilliseconds', (ms) => Math.trunc(ms % 1000)],
]);

function dayOfYear(at: Date): number {
  const start = new Date(at);
  start.setUTCMonth(0, 1);
  return Math.floor(at.getTime() / DAY_MS) - Math.floor(start.getTime() / DAY_MS);
}

/** The accessor methods, by name. */
export const CLOCK_FIELDS: ReadonlyMap<string, Signature> = new Map(
  [...OF_TIME].map(([name, ofTime]) => [name, accessor(name, ofTime)]),
);

function accessor(name: string, ofTime: (local: Date) => number): Signature {
  const ofSpan = OF_SPAN.get(name);
  return {
    least: 0,
    most: 1,
    usage: `time.${name}() or time.${name}('Asia/Shanghai')`,
    compile(compiling, [receiver, zoneAst]) {
      const part = compiling.compile(receiver!);
      const has = TIMED.has(part.type) && (ofSpan !== undefined || part.type !== 'duration');
      if (!has) return compiling.fault(receiver!, `${spoken(part.type)} has no ${name}()`);
      const offset = zoneAst === undefined ? noOffset : zoneOffset(compiling, zoneAst);
      const { run } = part;
      return derived([part], 'number', (scope: Scope) => {
        const value = run(scope);
        if (!isTimed(value)) return undefined;
        if (!(value instanceof Instant)) return ofSpan?.(value.ms);
        return ofTime(new Date(value.ms + offset(value.ms)));
      });
    },
  };
}

function noOffset(): number {
  return 0;
}

/** Local time minus UTC of a literal zone: an IANA name, `UTC` or `+08:00`. */
function zoneOffset(compiling: Compiling, ast: Ast): (ms: number) => number {
  const zone = compiling.compile(ast);
  if (!zone.pure || typeof zone.value !== 'string') {
    compiling.fault(ast, `A time zone is a text such as 'Asia/Shanghai' or '+08:00'`);
    return noOffset;
  }
  const fixed = fixedOffsetMs(zone.value);
  if (fixed !== null) return () => fixed;
  try {
    const calendar = calendarOf(zone.value);
    return (ms) => calendar.offsetMs(ms);
  } catch {
    compiling.fault(ast, `There is no time zone ${JSON.stringify(zone.value)}`);
    return noOffset;
  }
}

/** Of `+08:00`; null for what is no such text. */
export function fixedOffsetMs(zone: string): number | null {
  const fixed = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (fixed === null) return null;
  const ms = Number(fixed[2]) * 3_600_000 + Number(fixed[3]) * 60_000;
  return fixed[1] === '-' ? -ms : ms;
}
