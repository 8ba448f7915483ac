// What taking a merge back needs of history: the merge, and what came after it.

import type { Submission } from '../model/step.ts';

/** A fold, as history has it. */
export interface KnownFold {
  readonly mergeId: string;
  readonly from: string;
  readonly into: string;
  /** Which record of the survivor it is. */
  readonly record: number;
  /** Documents of the states before, a character a byte; '' = there was none. */
  readonly fromState: string;
  readonly intoState: string;
  /** The clock it was folded at, epoch ms. */
  readonly atMs: number;
}

/** Something that came after a fold. Of a fold that came, and was taken back since, there is nothing. */
export type LaterStep =
  /** `id`: the customer id of the name that it was submitted under. */
  | { readonly kind: 'event'; readonly submission: Submission; readonly id: string }
  | { readonly kind: 'fold'; readonly fold: KnownFold }
  /** A fold of before was taken back. */
  | { readonly kind: 'undone'; readonly mergeId: string };

/** Rejects with Unavailable. */
export interface MergeHistory {
  /** null = it is not there, or not yet. */
  fold(mergeId: string): Promise<KnownFold | null>;
  /**
   * What a customer did after a fold, in order.
   * @param fold the number of its record @param last of another; null = they are not all there yet
   */
  steps(customerId: string, fold: number, last: number): Promise<readonly LaterStep[] | null>;
}

/** All that came after a fold, told from where none of it depends on what is not told. */
export interface Since {
  /** That fold, or an earlier one that was taken back since. */
  readonly base: KnownFold;
  /** What came after `base`. */
  readonly steps: readonly LaterStep[];
  /** Folds of before that were taken back since then. */
  readonly undone: readonly KnownFold[];
}

/** @param last the survivor's records; null = history does not have it all yet */
export async function sinceOf(
  history: MergeHistory,
  fold: KnownFold,
  last: number,
): Promise<Since | null> {
  let base = fold;
  let undone: readonly KnownFold[] | null = null;
  for (;;) {
    const steps = await history.steps(fold.into, base.record, last);
    if (steps === null) return null;
    const earlier: KnownFold[] = [];
    for (const step of steps) {
      if (step.kind !== 'undone' || step.mergeId === base.mergeId) continue;
      const known = await history.fold(step.mergeId);
      if (known === null) return null;
      earlier.push(known);
    }
    undone ??= earlier;
    if (earlier.length === 0) return { base, steps, undone };
    // Each time further back: there is an end to it.
    base = earlier.reduce((first, each) => (each.record < first.record ? each : first));
  }
}
