// One customer's state folded into another's. Not on the hot path, and pure: whoever does it, and
// however often, makes the same state of the same two.

import type { MergeEntry } from '../../model/identity.ts';
import type { CustomerState } from '../../model/state.ts';
import { draftOf } from '../draft.ts';
import type { Program } from '../program.ts';

/** What came of a fold. */
export interface Folded {
  readonly state: CustomerState;
  /** Segments or traits changed: the `customers` table needs a row. */
  readonly customerChanged: boolean;
}

/**
 * Folds `from` into `into`; neither is changed.
 * @param merge its id, whom it folds and when; the clock of the result is never before that
 */
export function foldStates(
  program: Program,
  into: CustomerState,
  from: CustomerState,
  merge: MergeEntry,
): Folded {
  const draft = draftOf(into);
  draft.asOfMs = Math.max(into.asOfMs, from.asOfMs, merge.atMs);
  draft.records = into.records + 1;
  draft.publication = Math.max(into.publication, from.publication, program.publication);
  draft.merges = [...into.merges, merge];
  return { state: draft, customerChanged: false };
}
