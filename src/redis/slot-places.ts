// Where the keys of a slot are, as the masters themselves say it: each speaks of its own slots alone. What
// others say of them may be old.

import type { NodeView } from './cluster-view.ts';

/**
 * @param told what every master says, of all nodes
 * @returns the master that has a slot, and its epoch, which is another once slots have come to it; null
 *   where none has it, or two say that they do, or its keys are on their way
 */
export function slotPlaces(told: readonly NodeView[]): (slot: number) => string | null {
  // Of the node that answered alone it is known what is on its way.
  const own = told.filter(({ imports }) => imports !== null);
  return (slot) => {
    if (own.some(({ imports }) => imports!.some(([coming]) => coming === slot))) return null;
    const owners = own.filter(({ ranges }) =>
      ranges.some(([first, last]) => first <= slot && slot <= last),
    );
    return owners.length === 1 ? `${owners[0]!.id}@${owners[0]!.epoch}` : null;
  };
}
