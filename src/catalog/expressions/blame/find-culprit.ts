// The smallest part of a condition that made it false or unknown:
//
//   a && b   false: what is false of it · unknown: what is unknown
//   a || b   false: all of it, for each of its parts would have done · unknown: what is unknown
//   !a       all of it, unless a part within is false itself (`!!b`) or unknown
//   c ? a : b   the branch that was taken; c where that is unknown
//
// Where several parts of a chain are at fault it is they together, from the first to the last: to
// mend one alone would change nothing. What is found is held to that: what comes out must change
// when it is replaced by true; else the next larger part is named. The whole always does.

import { type Part, type Piece, type Truths, wholeOf } from './parts.ts';

/** What is at fault, or null where the condition is true. */
export function findCulprit(root: Part, truths: Truths): Piece | null {
  const truth = truths.of(root);
  if (truth === true) return null;
  const suspects: Piece[] = [];
  follow(root, truths, suspects);
  for (const suspect of suspects.reverse()) {
    if (truthOf(suspect, truths) !== true && truths.of(root, suspect) !== truth) return suspect;
  }
  return wholeOf(root);
}

/** Goes down to what makes a part what it is; notes all on the way, the largest first. */
function follow(part: Part, truths: Truths, suspects: Piece[]): void {
  suspects.push(wholeOf(part));
  switch (part.kind) {
    case 'plain':
      return;
    case 'not':
      follow(part.part, truths, suspects);
      return;
    case 'choice': {
      const test = truths.of(part.test);
      const next = test === undefined ? part.test : test ? part.then : part.otherwise;
      follow(next, truths, suspects);
      return;
    }
    default: {
      const truth = truths.of(part);
      const { parts } = part;
      const alike = (one: Part) => truths.of(one) === truth;
      const from = parts.findIndex(alike);
      const to = parts.findLastIndex(alike);
      if (from === to) follow(parts[from]!, truths, suspects);
      else suspects.push({ part, from, to });
    }
  }
}

/** Pieces of a chain are at its first and last that are what the chain is. */
function truthOf({ part }: Piece, truths: Truths) {
  return truths.of(part);
}
