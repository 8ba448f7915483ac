// A step that nobody will commit: no commit will say that a budget is spent, so it is looked up what
// the step would take, and of each next best, too.

import { NO_GRANTS, ofSameOffers } from '../model/budget.ts';
import type { Inputs } from '../model/inputs.ts';
import type { ListSource } from '../model/list-source.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import { type Budgets, type CatalogVersion, inputsOf } from '../pipeline.ts';

/** How often it is looked up what is left. */
const CHECKS_MAX = 16;

/** What it is given to look at. */
export interface LookedAt {
  readonly budgets: Pick<Budgets, 'known' | 'check'>;
  readonly lists: () => ListSource | null;
}

/**
 * Steps a state by what counts nothing.
 * @returns what came of it, and all that it was given to look at
 */
export async function stepUncounted(
  version: Pick<CatalogVersion, 'step'>,
  state: CustomerState,
  asked: Submission,
  { budgets, lists }: LookedAt,
): Promise<{ readonly stepped: Stepped; readonly inputs: Inputs }> {
  let known = budgets.known(asked.nowMs);
  let checked = NO_GRANTS;
  for (let checks = 0; ; checks++) {
    const inputs = inputsOf(asked, known, lists());
    const stepped = version.step(state, asked, inputs);
    const grants = stepped.kind === 'stepped' ? stepped.grants : NO_GRANTS;
    if (checks === CHECKS_MAX || ofSameOffers(grants, checked)) return { stepped, inputs };
    known = await budgets.check(state.customerId, grants, known);
    checked = grants;
  }
}
