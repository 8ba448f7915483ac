// `&&`, `||`, `?:` and `or()`: what counts is what decides now.

import type { Outlook } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { FOREVER, type Foreseeing, type Horizon, moving, steady } from './horizon.ts';

/** `a && b && …` and `a || b || …`: what decides does so as long as any of those that do. */
export function chainHorizon(
  foreseeing: Foreseeing,
  ast: Extract<Ast, { op: '&&' | '||' }>,
): Horizon {
  const nodes: Ast[] = [];
  let rest: Ast = ast;
  while (rest.op === ast.op) {
    nodes.push(rest.args[1] as Ast);
    rest = rest.args[0] as Ast;
  }
  nodes.push(rest);
  const parts = nodes.map((node) => foreseeing.horizon(node));
  if (parts.every((part) => part === FOREVER)) return FOREVER;
  const runs = nodes.map((node) => foreseeing.value(node).run);
  const decides = ast.op === '||';
  return steady((scope) => {
    let latest = scope.nowMs;
    for (let i = 0; i < parts.length && latest < Number.POSITIVE_INFINITY; i++) {
      if (runs[i]!(scope) === decides) latest = Math.max(latest, parts[i]!.until(scope));
    }
    return latest > scope.nowMs ? latest : earliestOf(parts, scope);
  }, parts);
}

function earliestOf(parts: readonly Horizon[], scope: Outlook): number {
  let untilMs = Number.POSITIVE_INFINITY;
  for (const part of parts) untilMs = Math.min(untilMs, part.until(scope));
  return untilMs;
}

/** `a ? b : c`: as long as the branch is the same, what it is. */
export function ternaryHorizon(foreseeing: Foreseeing, ast: Extract<Ast, { op: '?:' }>): Horizon {
  const [test, yes, no] = ast.args.map((part) => foreseeing.horizon(part)) as [
    Horizon,
    Horizon,
    Horizon,
  ];
  const { run } = foreseeing.value(ast.args[0]);
  const branch = (scope: Outlook) => {
    const value = run(scope);
    return value === true ? yes : value === false ? no : FOREVER;
  };
  return moving(
    (scope) => Math.min(test.until(scope), branch(scope).until(scope)),
    (scope) => branch(scope).pace(scope),
    [test, yes, no],
  );
}

/** `or(x, default)`: the default counts while x is unknown. */
export function orHorizon(foreseeing: Foreseeing, [ast, defaultAst]: readonly Ast[]): Horizon {
  const part = foreseeing.horizon(ast!);
  const fallback = foreseeing.horizon(defaultAst!);
  const { run } = foreseeing.value(ast!);
  const isKnown = (scope: Outlook) => (run(scope) ?? null) !== null;
  return moving(
    (scope) => {
      const untilMs = part.until(scope);
      return isKnown(scope) ? untilMs : Math.min(untilMs, fallback.until(scope));
    },
    (scope) => (isKnown(scope) ? part : fallback).pace(scope),
    [part, fallback],
  );
}
