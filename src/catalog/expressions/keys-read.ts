// Which keys of a name an expression reads, as they are written out: `title` of `treatment.title`. Only
// asked for warnings.

import type { Ast } from './compiling.ts';
import { childrenOf } from './mentions.ts';
import { selection } from './roots.ts';

export interface KeyRead {
  readonly key: string;
  /** In the source. */
  readonly at: number;
  /** Whether it stands within what says what to take instead: `or`, `known`, `has`. */
  readonly isAsked: boolean;
}

/** All of them, in no particular order. */
export function keysRead(ast: Ast, root: string): readonly KeyRead[] {
  const found: KeyRead[] = [];
  visit(ast, root, false, found);
  return found;
}

function visit(ast: Ast, root: string, isAsked: boolean, found: KeyRead[]): void {
  const part = selection(ast);
  if (part?.of.op === 'id' && part.of.args === root) {
    found.push({ key: part.name, at: part.at.start, isAsked });
    return;
  }
  if (ast.op === 'rcall') {
    const [, receiver, [first]] = ast.args;
    // A macro's variable of that name is something else.
    if (first?.op === 'id' && first.args === root) {
      visit(receiver, root, isAsked, found);
      return;
    }
  }
  const asks = isAsked || (ast.op === 'call' && ASKING.has(ast.args[0]));
  for (const child of childrenOf(ast.args)) visit(child, root, asks, found);
}

const ASKING: ReadonlySet<string> = new Set(['or', 'known', 'has']);

/** The key, where the expression is that and nothing more: `x` of `traits.x`. */
export function onlyKey(ast: Ast, root: string): string | null {
  const part = selection(ast);
  return part?.of.op === 'id' && part.of.args === root ? part.name : null;
}
