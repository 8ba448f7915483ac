// Functions, methods and macros. One that is not here is a function of its arguments alone: its value
// stays as long as they do.

import type { Ast, CallAst } from '../compiling.ts';
import { CLOCK_FIELDS } from '../functions/clock-fields.ts';
import { macroArguments } from '../macros.ts';
import { rootOf } from '../roots.ts';
import { ageHorizon, clockHorizon, distanceHorizon, secondsHorizon } from './clock-horizons.ts';
import { fieldHorizon } from './field-horizons.ts';
import { earliest, FOREVER, type Foreseeing, type Horizon, steady } from './horizon.ts';
import { orHorizon } from './logic-horizons.ts';
import { macroHorizon } from './macro-horizons.ts';

type OfCall = (foreseeing: Foreseeing, args: readonly Ast[]) => Horizon;

/** The value is the argument, or moves as it does. */
const ofArgument: OfCall = (foreseeing, [ast]) => foreseeing.horizon(ast!);

const OF_FUNCTIONS: ReadonlyMap<string, OfCall> = new Map<string, OfCall>([
  ['since', (foreseeing, [ast]) => distanceHorizon(foreseeing.horizon(ast!), 1)],
  ['until', (foreseeing, [ast]) => distanceHorizon(foreseeing.horizon(ast!), -1)],
  ['duration', ofArgument],
  ['timestamp', ofArgument],
  ['dyn', ofArgument],
  ['date', (foreseeing, [ast]) => clockHorizon(foreseeing, ast!, 'date')],
  ['weekday', (foreseeing, [ast]) => clockHorizon(foreseeing, ast!, 'date')],
  ['hour', (foreseeing, [ast]) => clockHorizon(foreseeing, ast!, 'hour')],
  ['age', (foreseeing, [ast]) => ageHorizon(foreseeing, ast!)],
  ['int', (foreseeing, [ast]) => secondsHorizon(foreseeing, ast!)],
  ['known', (foreseeing, [ast]) => knownHorizon(foreseeing.horizon(ast!))],
  ['has', (foreseeing, [ast]) => knownHorizon(foreseeing.horizon(ast!))],
  ['or', orHorizon],
  ['top', topHorizon],
  // The name of a placement may stand there without quotes, where it names nothing else.
  ['in_holdout', () => FOREVER],
]);

/** `f(a)` and `a.f(b)`. */
export function callHorizon(foreseeing: Foreseeing, ast: CallAst): Horizon {
  if (ast.op === 'call') {
    const [name, args] = ast.args;
    const own = OF_FUNCTIONS.get(name);
    return own === undefined ? ofAll(foreseeing, args) : own(foreseeing, args);
  }
  const [name, receiver, args] = ast.args;
  if (macroArguments(name) !== undefined) return macroHorizon(foreseeing, receiver, args);
  if (CLOCK_FIELDS.has(name)) return fieldHorizon(foreseeing, name, receiver, args[0]);
  return ofAll(foreseeing, [receiver, ...args]);
}

function ofAll(foreseeing: Foreseeing, args: readonly Ast[]): Horizon {
  return earliest(args.map((arg) => foreseeing.horizon(arg)));
}

/** What is known and moves stays known. */
function knownHorizon(part: Horizon): Horizon {
  return part === FOREVER ? FOREVER : steady(part.until, [part]);
}

function topHorizon({ compiling }: Foreseeing, [ast]: readonly Ast[]): Horizon {
  const root = rootOf(compiling, ast!);
  if (root?.kind !== 'feature') return FOREVER;
  const { slot } = root.feature;
  return { ...steady((scope) => scope.topUntil(slot)), wide: true };
}
