// A condition taken apart where logic joins it: what is between `&&`, `||`, `!` and `? :` is one
// part, which is compiled and asked by itself. Made when somebody asks why, never before: the
// closures that conditions run with know nothing of it.

import type { Ast } from '../compiling.ts';

/** True, false or unknown. */
export type Truth = boolean | undefined;

/** A part of a condition. */
export type Part =
  | { readonly kind: 'plain'; readonly ast: Ast }
  | {
      readonly kind: 'all' | 'any';
      readonly ast: Ast;
      /** Of the whole chain `a && b && c`. */
      readonly parts: readonly Part[];
    }
  | { readonly kind: 'not'; readonly ast: Ast; readonly part: Part }
  | {
      readonly kind: 'choice';
      readonly ast: Ast;
      readonly test: Part;
      readonly then: Part;
      readonly otherwise: Part;
    };

/** Some of a chain's parts next to each other, or all of another part: 0 to 0. */
export interface Piece {
  readonly part: Part;
  readonly from: number;
  readonly to: number;
}

/** The parts of a condition. */
export function partsOf(ast: Ast): Part {
  switch (ast.op) {
    case '&&':
    case '||': {
      const nodes: Ast[] = [];
      let rest: Ast = ast;
      while (rest.op === ast.op) {
        nodes.push(rest.args[1] as Ast);
        rest = rest.args[0] as Ast;
      }
      nodes.push(rest);
      const parts = nodes.reverse().map(partsOf);
      return { kind: ast.op === '&&' ? 'all' : 'any', ast, parts };
    }
    case '!_':
      return { kind: 'not', ast, part: partsOf(ast.args) };
    case '?:': {
      const [test, then, otherwise] = ast.args.map(partsOf) as [Part, Part, Part];
      return { kind: 'choice', ast, test, then, otherwise };
    }
    default:
      return { kind: 'plain', ast };
  }
}

/** All of a part. */
export function wholeOf(part: Part): Piece {
  const isChain = part.kind === 'all' || part.kind === 'any';
  return { part, from: 0, to: isChain ? part.parts.length - 1 : 0 };
}

/**
 * What parts come to in one scope, with the logic of logic.ts: `true || unknown` is true.
 * Plain parts are asked once.
 */
export class Truths {
  private readonly known = new Map<Part, Truth>();

  /** @param ask what a plain part comes to there */
  constructor(private readonly ask: (ast: Ast) => Truth) {}

  /** @param replaced what is taken for true, whatever it is */
  of(part: Part, replaced: Piece | null = null): Truth {
    const isHere = replaced !== null && replaced.part === part;
    switch (part.kind) {
      case 'plain':
        return isHere ? true : this.plain(part);
      case 'not': {
        if (isHere) return true;
        const truth = this.of(part.part, replaced);
        return truth === undefined ? undefined : !truth;
      }
      case 'choice': {
        if (isHere) return true;
        const test = this.of(part.test, replaced);
        if (test === undefined) return undefined;
        return this.of(test ? part.then : part.otherwise, replaced);
      }
      default:
        return this.chain(part.kind === 'any', part.parts, replaced, isHere);
    }
  }

  private chain(
    decides: boolean,
    parts: readonly Part[],
    replaced: Piece | null,
    isHere: boolean,
  ): Truth {
    let truth: Truth = !decides;
    for (let i = 0; i < parts.length; i++) {
      const isReplaced = isHere && i >= replaced!.from && i <= replaced!.to;
      const one = isReplaced ? true : this.of(parts[i]!, replaced);
      if (one === decides) return decides;
      if (one === undefined) truth = undefined;
    }
    return truth;
  }

  private plain(part: Part): Truth {
    if (!this.known.has(part)) this.known.set(part, this.ask(part.ast));
    return this.known.get(part);
  }
}
