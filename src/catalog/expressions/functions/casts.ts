// Hot path (the closures). int, double, string, bool, dyn.

import { doubleOf, Instant, type MaybeValue, Span } from '../../../model/value.ts';
import { type StaticType, spoken } from '../static-type.ts';
import { derived } from '../term.ts';
import type { Signature } from './signature.ts';

const TRUE: ReadonlySet<string> = new Set(['true', 'True', 'TRUE', 't', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'False', 'FALSE', 'f', '0']);

function cast(
  name: string,
  to: StaticType,
  from: readonly StaticType[],
  convert: (value: MaybeValue) => MaybeValue,
): Signature {
  return {
    least: 1,
    most: 1,
    usage: `${name}(value)`,
    compile(compiling, [ast]) {
      const part = compiling.compile(ast!);
      if (part.type !== 'dyn' && !from.includes(part.type)) {
        return compiling.fault(ast!, `${name}() cannot take ${spoken(part.type)}`);
      }
      const { run } = part;
      return derived([part], to, (scope) => convert(run(scope)));
    },
  };
}

/** Towards zero; of a time: whole seconds since 1970. */
function toInt(value: MaybeValue): number | undefined {
  const number = doubleOf(value);
  if (number !== undefined) return Number.isFinite(number) ? Math.trunc(number) : undefined;
  if (value instanceof Instant) return Math.floor(value.ms / 1000);
  if (typeof value !== 'string' || !/^[+-]?\d{1,19}$/.test(value)) return undefined;
  return Number(value);
}

function toDouble(value: MaybeValue): number | undefined {
  const number = doubleOf(value);
  if (number !== undefined) return number;
  if (typeof value !== 'string' || value.length > 100) return undefined;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return undefined;
  return Number(value);
}

function toText(value: MaybeValue): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return String(value);
  }
  if (value instanceof Instant) return new Date(value.ms).toISOString().replace('.000Z', 'Z');
  return value instanceof Span ? `${value.ms / 1000}s` : undefined;
}

function toBool(value: MaybeValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  return TRUE.has(value) ? true : FALSE.has(value) ? false : undefined;
}

/** The casts, by name. */
export const CASTS: ReadonlyMap<string, Signature> = new Map([
  ['int', cast('int', 'number', ['number', 'string', 'time'], toInt)],
  ['double', cast('double', 'number', ['number', 'string'], toDouble)],
  ['string', cast('string', 'string', ['string', 'number', 'bool', 'time', 'duration'], toText)],
  ['bool', cast('bool', 'bool', ['bool', 'string'], toBool)],
  [
    'dyn',
    cast(
      'dyn',
      'dyn',
      ['null', 'bool', 'number', 'string', 'time', 'duration', 'list', 'map'],
      (value) => value,
    ),
  ],
]);
