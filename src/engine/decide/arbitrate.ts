// Hot path. The candidates of one placement: each walked to its end or to a score.

import type { Candidate } from '../../model/decision.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { Ask } from './ask.ts';
import { costOf, type Spending } from './budgets.ts';
import { ended, type OpenCandidate, refusal, type Survivor, score } from './candidates.ts';
import { isCapped } from './caps.ts';
import { firingOf } from './firing-of.ts';

/**
 * Walks every candidate of an ask, to whose first firing the scope points.
 * @param contactable whether the contact policy allows the placement's channel now.
 * @param spending what is known of budgets, and was taken of them so far.
 * @param candidates gets one entry per offer, in definition order.
 * @returns those that have a score, in definition order.
 */
export function arbitrate(
  program: Program,
  draft: Draft,
  ask: Ask,
  scope: StateScope,
  contactable: boolean,
  spending: Spending,
  candidates: Candidate[],
): Survivor[] {
  const { counters } = program;
  const placement = ask.placement.definition.name;
  const survivors: Survivor[] = [];
  const { offers } = ask;
  const several = ask.firings.length > 1;
  candidates.length = offers.length;
  for (let i = 0; i < offers.length; i++) {
    const offer = offers[i]!;
    const firing = several ? firingOf(ask, offer, scope) : 0;
    const refused =
      refusal(offer, scope, counters) ??
      (isCapped(draft, offer, scope.nowMs) ? offer.refused.capped : null) ??
      (contactable ? null : offer.refused.contact_policy);
    if (refused !== null) {
      candidates[i] = refused;
      continue;
    }
    const cents = costOf(offer, placement, scope, spending, counters);
    if (cents === null) {
      candidates[i] = offer.refused.budget_exhausted;
      continue;
    }
    const candidate: OpenCandidate = ended(offer.definition.name, 'arbitration', 'score_unknown');
    if (score(candidate, offer, scope)) {
      survivors.push({ offer, candidate, score: candidate.score!, firing, cents });
    } else {
      counters.scoresUnknown++;
    }
    candidates[i] = candidate;
  }
  return survivors;
}
