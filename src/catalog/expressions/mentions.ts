// What an expression says of events and placements, read off its syntax: properties of the event at
// hand, names that `event.event` is compared with, placements of in_holdout(). Only asked for
// warnings: what is not written out (a key that is computed) is no mention.

import type { Ast } from './compiling.ts';
import { selection } from './roots.ts';

/** Something that an expression names; `at` in its source. */
export type Mention =
  | {
      readonly kind: 'property';
      readonly root: 'properties' | 'traits';
      readonly steps: readonly string[];
      readonly at: number;
    }
  | { readonly kind: 'event' | 'placement'; readonly name: string; readonly at: number };

/** All that an expression mentions, in no particular order. */
export function mentionsOf(ast: Ast): readonly Mention[] {
  const found: Mention[] = [];
  // A macro's variable may be called `event`, and is none then.
  visit(ast, false, found);
  return found;
}

function visit(ast: Ast, hidden: boolean, found: Mention[]): void {
  const property = hidden ? null : propertyOf(ast);
  if (property !== null) {
    found.push(property);
    return;
  }
  switch (ast.op) {
    case 'value':
    case 'id':
      return;
    case '==':
    case '!=': {
      const [a, b] = ast.args;
      if (!hidden && isEventName(a)) noteNames(b, found);
      if (!hidden && isEventName(b)) noteNames(a, found);
      break;
    }
    case 'in':
      if (!hidden && isEventName(ast.args[0])) noteNames(ast.args[1], found);
      break;
    case 'call': {
      const [name, [only]] = ast.args;
      if (name === 'in_holdout' && only !== undefined) notePlacement(only, found);
      break;
    }
    case 'rcall': {
      const [, receiver, args] = ast.args;
      visit(receiver, hidden, found);
      const own = args[0]?.op === 'id' && args[0].args === 'event';
      for (const arg of args) visit(arg, hidden || own, found);
      return;
    }
  }
  for (const child of childrenOf(ast.args)) visit(child, hidden, found);
}

/** `event.properties.a.b`, as far as it is written out. */
function propertyOf(ast: Ast): Mention | null {
  const steps: string[] = [];
  let at = 0;
  let node = ast;
  for (let part = selection(node); part !== null; part = selection(node)) {
    const root = part.name;
    if ((root === 'properties' || root === 'traits') && isEvent(part.of)) {
      return steps.length === 0 ? null : { kind: 'property', root, steps: steps.reverse(), at };
    }
    steps.push(part.name);
    at = part.at.start;
    node = part.of;
  }
  return null;
}

function isEvent(ast: Ast): boolean {
  return ast.op === 'id' && ast.args === 'event';
}

/** `event.event`, also within `or(event.event, '')`. */
function isEventName(ast: Ast): boolean {
  if (ast.op === 'call' && ast.args[0] === 'or')
    return isEventName(ast.args[1][0] ?? ast.args[1][1]!);
  const part = selection(ast);
  return part !== null && part.name === 'event' && isEvent(part.of);
}

function noteNames(ast: Ast, found: Mention[]): void {
  if (ast.op === 'list') for (const item of ast.args) noteNames(item, found);
  else if (ast.op === 'value' && typeof ast.args === 'string' && ast.args !== '') {
    found.push({ kind: 'event', name: ast.args, at: ast.start });
  }
}

function notePlacement(ast: Ast, found: Mention[]): void {
  const isName = ast.op === 'id' || (ast.op === 'value' && typeof ast.args === 'string');
  if (isName) found.push({ kind: 'placement', name: ast.args as string, at: ast.start });
}

/** The nodes in a node's operands, which are nodes, texts, and lists of them. */
export function childrenOf(args: unknown): Ast[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  const isNode = typeof args === 'object' && args !== null && 'op' in args;
  return isNode ? [args as Ast] : [];
}
