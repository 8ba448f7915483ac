// Which function or method a call means, and whether it has the right number of arguments.

import { suggest } from '../../suggest.ts';
import type { Ast, CallAst, Compiling } from '../compiling.ts';
import { compileMacro, macroArguments } from '../macros.ts';
import type { Term } from '../term.ts';
import { ASKS } from './asks.ts';
import { CASTS } from './casts.ts';
import { CLOCK_FIELDS } from './clock-fields.ts';
import type { Signature } from './signature.ts';
import { MATCHES, SIZE, TEXT_METHODS } from './texts.ts';
import { TIME_FUNCTIONS } from './times.ts';

/** The functions, by name. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ...ASKS,
  ...TIME_FUNCTIONS,
  ...CASTS,
  ['size', SIZE],
  ['matches', { ...MATCHES, least: 2, most: 2, usage: 'matches(text, pattern)' }],
]);

/** The methods, by name: of all types. */
export const METHODS: ReadonlyMap<string, Signature> = new Map([
  ...TEXT_METHODS,
  ...CLOCK_FIELDS,
  ['size', { ...SIZE, least: 0, most: 0, usage: 'x.size()' }],
]);

/** What other languages call them. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['coalesce', 'or'],
  ['default', 'or'],
  ['ifnull', 'or'],
  ['nvl', 'or'],
  ['defined', 'known'],
  ['exists', 'known'],
  ['isset', 'known'],
  ['ago', 'since'],
  ['len', 'size'],
  ['length', 'size'],
  ['count', 'size'],
  ['float', 'double'],
  ['number', 'double'],
  ['str', 'string'],
]);

/** `f(a)` and `a.f(b)`. */
export function compileCall(compiling: Compiling, ast: CallAst): Term {
  if (ast.op === 'call') {
    const [name, args] = ast.args;
    const found = FUNCTIONS.get(name);
    if (found === undefined) return unknownFunction(compiling, ast, name);
    return checkedCall(compiling, ast, name, found, args.length, args);
  }
  const [name, receiver, args] = ast.args;
  const most = macroArguments(name);
  if (most !== undefined) {
    if (args.length >= 2 && args.length <= most) return compileMacro(compiling, ast);
    return compiling.fault(ast, `${name} takes a variable and a condition: list.${name}(x, …)`);
  }
  const found = METHODS.get(name);
  if (found === undefined) return unknownMethod(compiling, ast, name);
  return checkedCall(compiling, ast, name, found, args.length, [receiver, ...args]);
}

function checkedCall(
  compiling: Compiling,
  ast: CallAst,
  name: string,
  { least, most, usage, compile }: Signature,
  given: number,
  args: readonly Ast[],
): Term {
  if (given >= least && given <= most) return compile(compiling, args, ast);
  const takes = least === most ? `${least}` : `${least} or ${most}`;
  const noun = takes === '1' ? 'argument' : 'arguments';
  return compiling.fault(ast, `${name} takes ${takes} ${noun}: ${usage}; here it has ${given}`);
}

function unknownFunction(compiling: Compiling, ast: CallAst, name: string): Term {
  const at = { start: ast.start, end: ast.start + name.length };
  if (METHODS.has(name) || macroArguments(name) !== undefined) {
    return compiling.fault(at, `${name} is a method: write x.${name}(…)`);
  }
  const suggestion = SYNONYMS.get(name) ?? suggest(name, FUNCTIONS.keys());
  return compiling.fault(at, `There is no function "${name}"`, suggestion);
}

function unknownMethod(compiling: Compiling, ast: CallAst, name: string): Term {
  const usage = FUNCTIONS.get(name)?.usage;
  if (usage !== undefined) return compiling.fault(ast, `${name} is a function: write ${usage}`);
  const methods = [...METHODS.keys(), 'all', 'exists', 'exists_one', 'filter', 'map'];
  return compiling.fault(ast, `There is no method "${name}"`, suggest(name, methods));
}
