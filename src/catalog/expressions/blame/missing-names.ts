// The names for want of which an expression is unknown, as they are written: `traits.name`,
// `views_of_product[event.properties.product_id]`; where a key is unknown, the key. What was asked
// for with or() or known(), and what is known and of no use (text that is compared with a number),
// is not among them.

import type { MaybeValue, Value } from '../../../model/value.ts';
import type { Ast } from '../compiling.ts';
import { macroArguments } from '../macros.ts';
import { childrenOf } from '../mentions.ts';
import { isMap } from '../own.ts';
import { selection } from '../roots.ts';
import type { Asking } from './asking.ts';
import type { Part, Truths } from './parts.ts';

/** Elements of a list that a macro's body is tried with. */
const ELEMENTS_MAX = 100;

/** Notes names under which an unknown part stands. @param note takes a node of a name */
export function missingOfPart(
  part: Part,
  truths: Truths,
  wanted: boolean,
  asking: Asking,
  note: (name: Ast) => void,
): void {
  const truth = truths.of(part);
  if (truth === wanted) return;
  const within = (one: Part, hoped = wanted) => missingOfPart(one, truths, hoped, asking, note);
  switch (part.kind) {
    case 'plain':
      if (truth === undefined) missingNames(part.ast, asking, note);
      return;
    case 'not':
      within(part.part, !wanted);
      return;
    case 'choice': {
      const test = truths.of(part.test);
      // Neither would do: what is unknown of the test is what is missing.
      if (test === undefined) within(part.test, true);
      else within(test ? part.then : part.otherwise);
      return;
    }
    default:
      for (const one of part.parts) within(one);
  }
}

/** Notes the names for want of which the value of a node is unknown. */
export function missingNames(ast: Ast, asking: Asking, note: (name: Ast) => void): void {
  if (asking.value(ast) !== undefined) return;
  let found = false;
  const noteOne = (name: Ast) => {
    found = true;
    note(name);
  };
  if (ast.op === 'rcall' && macroArguments(ast.args[0]) !== undefined) {
    missingInLoop(ast, asking, noteOne);
    return;
  }
  for (const operand of operandsOf(ast, asking)) missingNames(operand, asking, noteOne);
  if (!found && asking.isRead(ast)) note(ast);
}

/** The nodes whose value the node's is made of. */
function operandsOf(ast: Ast, asking: Asking): readonly Ast[] {
  switch (ast.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '[]':
      return keysOf(ast);
    case '?:': {
      const [test, then, otherwise] = ast.args;
      const truth = asking.value(test);
      return typeof truth === 'boolean' ? [truth ? then : otherwise] : [test];
    }
    case 'call': {
      const [name, args] = ast.args;
      // has(a.b) is unknown where there is no a.
      const path = name === 'has' ? selection(args[0]!) : null;
      return path === null ? args : [path.of];
    }
    default:
      return childrenOf(ast.args);
  }
}

/** Of `a.b[c].d`: c; and what it starts from, where that is no name. */
function keysOf(ast: Ast): readonly Ast[] {
  const operands: Ast[] = [];
  let node = ast;
  while (node.op === '.' || node.op === '[]') {
    if (node.op === '[]' && node.args[1].op !== 'value') operands.push(node.args[1]);
    node = node.args[0];
  }
  if (node.op !== 'id') operands.push(node);
  return operands.reverse();
}

/** Of a macro: what its list lacks, or its body for the first element that it is unknown for. */
function missingInLoop(
  ast: Extract<Ast, { op: 'rcall' }>,
  asking: Asking,
  note: (name: Ast) => void,
): void {
  const [, receiver, [variable, ...bodies]] = ast.args;
  const items = listOf(asking.value(receiver));
  if (items === null) {
    missingNames(receiver, asking, note);
    return;
  }
  if (variable?.op !== 'id') return;
  asking.within(variable.args, receiver, (set) => {
    for (const item of items.slice(0, ELEMENTS_MAX)) {
      set(item);
      const unknown = bodies.find((body) => asking.value(body) === undefined);
      if (unknown === undefined) continue;
      missingNames(unknown, asking, note);
      return;
    }
  });
}

function listOf(value: MaybeValue): readonly Value[] | null {
  if (Array.isArray(value)) return value as readonly Value[];
  return isMap(value) ? Object.keys(value) : null;
}
