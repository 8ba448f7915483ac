// Budgets where nothing can be drawn from anywhere: what a commit says is lacking is spent.

import type { Grant, KnownBudgets } from '../model/budget.ts';
import type { Budgets } from '../pipeline.ts';
import { KnownLeft } from './known-left.ts';

export const MEMORY_BUDGETS: Budgets = {
  known: () => null,

  async replenish(
    _customerId: string,
    taken: readonly Grant[],
    lacking: readonly number[],
    known: KnownBudgets | null,
  ): Promise<KnownBudgets> {
    const left = new Map(known instanceof KnownLeft ? known.left : []);
    for (const index of lacking) {
      const { offer } = taken[index]!;
      const first = lacking.find((i) => taken[i]!.offer === offer)!;
      const grants = taken.slice(0, first).filter((grant) => grant.offer === offer).length;
      left.set(offer, { grants, cents: Number.POSITIVE_INFINITY });
    }
    return new KnownLeft(left);
  },
};
