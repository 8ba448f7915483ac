// Hot path. The candidates of one placement: each walked to its end or to a score.

import type { Candidate } from '../../model/decision.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { type Ask, pointFiring } from './ask.ts';
import { ended, type OpenCandidate, refusal, type Survivor, score } from './candidates.ts';
import { isCapped } from './caps.ts';

/**
 * Walks every candidate of an ask.
 * @param contactable whether the contact policy allows the placement's channel now.
 * @param candidates gets one entry per offer, in definition order.
 * @returns those that have a score, in definition order.
 */
export function arbitrate(
  program: Program,
  draft: Draft,
  ask: Ask,
  scope: StateScope,
  contactable: boolean,
  candidates: Candidate[],
): Survivor[] {
  const { counters } = program;
  const survivors: Survivor[] = [];
  for (const offer of ask.offers) {
    const { name } = offer.definition;
    const firing = firingOf(ask, name);
    pointFiring(scope, ask, firing);
    const refused = refusal(offer, scope, counters);
    let candidate: OpenCandidate;
    if (refused !== null) {
      candidate = ended(name, refused.stage, refused.reason);
    } else if (isCapped(draft, offer, scope.nowMs)) {
      candidate = ended(name, 'caps', 'capped');
    } else if (!contactable) {
      candidate = ended(name, 'contact_policy', 'contact_policy');
    } else {
      candidate = ended(name, 'arbitration', 'score_unknown');
      if (score(candidate, offer, scope)) {
        survivors.push({ offer, candidate, score: candidate.score!, firing });
      } else {
        counters.scoresUnknown++;
      }
    }
    candidates.push(candidate);
  }
  return survivors;
}

/** Index of the first firing that allows the offer; 0 where there is no choice. */
function firingOf(ask: Ask, offer: string): number {
  const { firings } = ask;
  for (let i = 0; i < firings.length; i++) {
    const { offers } = firings[i]!;
    if (offers === null || offers.has(offer)) return i;
  }
  return 0;
}
