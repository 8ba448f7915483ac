// Hot path. What is known to be left of budgets, for one run: the engine passes over what is spent.

import type { Grant, KnownBudgets } from '../model/budget.ts';

/** What is left of an offer; Infinity where no limit of that kind is known to be near. */
export interface Left {
  readonly grants: number;
  /** Hundredths. */
  readonly cents: number;
}

/** What one run has done already to find out what is left. */
export interface Looked {
  readonly times: number;
  /** How long it may wait for draws in all; monotonic. */
  readonly waitsUntilMs: number;
  /** It draws no more: an offer of which nothing is said has nothing left. */
  readonly isOver: boolean;
}

export class KnownLeft implements KnownBudgets {
  /**
   * @param left by offer; an offer that is not in it is not known to be short
   * @param looked null = what is said is not of one run
   */
  constructor(
    readonly left: ReadonlyMap<string, Left>,
    private readonly taken: readonly Grant[] = [],
    readonly looked: Looked | null = null,
  ) {}

  isSpent(
    offer: string,
    _placement: string,
    _messageId: string,
    granted: readonly Grant[],
    cents: number,
  ): boolean {
    const left = this.left.get(offer);
    if (left === undefined) return this.looked?.isOver === true;
    const before = sumOf(offer, this.taken);
    const now = sumOf(offer, granted);
    return (
      before.grants + now.grants + 1 > left.grants || before.cents + now.cents + cents > left.cents
    );
  }

  after(taken: readonly Grant[]): KnownBudgets {
    return taken.length === 0 ? this : new KnownLeft(this.left, taken, this.looked);
  }
}

/** What grants take of an offer, together. */
export function sumOf(offer: string, grants: readonly Grant[]): Left {
  let count = 0;
  let cents = 0;
  for (const grant of grants) {
    if (grant.offer !== offer) continue;
    count++;
    cents += grant.cents;
  }
  return { grants: count, cents };
}
