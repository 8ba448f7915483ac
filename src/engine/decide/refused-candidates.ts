// An offer as each of the candidates that it can be before it is scored. Of thousands of offers at a
// placement nearly all are refused, always as one of the same few candidates: they are made once for
// all decisions, and nobody writes to them.

import { type Candidate, REASONS, type Reason } from '../../model/decision.ts';

/** Reasons that say all there is to say of a candidate. */
const UNSCORED = [
  ...(['no_consent', 'placement_closed', 'not_started', 'ended', 'ineligible'] as const),
  ...(['not_applicable', 'unsuitable', 'capped', 'contact_policy', 'budget_exhausted'] as const),
] as const satisfies readonly Reason[];

/** By reason. */
export type RefusedCandidates = Readonly<Record<(typeof UNSCORED)[number], Candidate>>;

/** All of them for one offer. */
export function refusedCandidates(offerId: string): RefusedCandidates {
  const refused: { [reason in Reason]?: Candidate } = {};
  for (const reason of UNSCORED) {
    refused[reason] = { offerId, stage: REASONS[reason][0], reason, score: null, terms: null };
  }
  return refused as RefusedCandidates;
}
