// CEL's accessors of times and durations (getFullYear … getMilliseconds).

import { calendarOf, DAY_MS } from '../../../model/calendar.ts';
import { restlessUntil } from '../../../model/look-ahead.ts';
import { Instant, type Outlook, Span } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { fixedOffsetMs } from '../functions/clock-fields.ts';
import { turning } from './clock-horizons.ts';
import { earliest, type Foreseeing, type Horizon, steady } from './horizon.ts';

/** What a field does not change within; those of dates a day. */
const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['getHours', 3_600_000],
  ['getMinutes', 60_000],
  ['getSeconds', 1_000],
  ['getMilliseconds', 1],
]);

/** `receiver.getHours()` and its kin. */
export function fieldHorizon(
  foreseeing: Foreseeing,
  name: string,
  receiver: Ast,
  zoneAst: Ast | undefined,
): Horizon {
  const part = foreseeing.horizon(receiver);
  if (!part.moves) return earliest([part]);
  const { run } = foreseeing.value(receiver);
  const unitMs = UNITS_MS.get(name) ?? DAY_MS;
  const zone = zoneAst === undefined ? 'UTC' : String(foreseeing.value(zoneAst).value);
  const ofTime = turning(part, (scope) => msOf(run(scope), Instant), nextTurn(zone, unitMs));
  return steady(
    (scope) => {
      if (unitMs === 1) return Math.min(part.until(scope), restlessUntil(scope));
      const length = msOf(run(scope), Span);
      return length === undefined ? ofTime.until(scope) : ofLength(part, length, unitMs, scope);
    },
    [part],
  );
}

function msOf(value: unknown, kind: typeof Instant | typeof Span): number | undefined {
  return value instanceof kind ? value.ms : undefined;
}

function nextTurn(zone: string, unitMs: number): (ms: number) => number {
  const offsetMs = fixedOffsetMs(zone);
  if (offsetMs === null) {
    const calendar = calendarOf(zone);
    return (ms) => calendar.nextTurnMs(ms, unitMs);
  }
  return (ms) => (Math.floor((ms + offsetMs) / unitMs) + 1) * unitMs - offsetMs;
}

/** Whole units of a length, towards zero: another when it reaches or leaves a multiple. */
function ofLength(part: Horizon, length: number, unitMs: number, scope: Outlook): number {
  const untilMs = part.until(scope);
  const pace = part.pace(scope);
  if (pace === 0) return untilMs;
  const units = (length * Math.sign(pace)) / unitMs;
  const inMs = Number.isInteger(units)
    ? 1
    : Math.floor(((Math.ceil(units) - units) * unitMs) / Math.abs(pace));
  return Math.min(untilMs, scope.nowMs + Math.max(1, inMs));
}
