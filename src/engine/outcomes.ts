// Hot path. What became of offers: counted once per decision, offer and kind, however often it is
// reported.

import { OUTCOME_KINDS, type OutcomeReport } from '../model/event.ts';
import type { CustomerState, RecentDecision } from '../model/state.ts';
import { capKey } from './decide/cap-specs.ts';
import { countCap } from './decide/caps.ts';
import { findDecision } from './decide/recent-decisions.ts';
import type { Draft } from './draft.ts';
import { countPreferred } from './preferences.ts';
import type { Program } from './program.ts';

/**
 * Whether the reported offer was given to the customer, in a decision that is still known.
 * @param within the placements that count; null = all
 */
export function isKnown(
  state: CustomerState,
  report: OutcomeReport,
  nowMs: number,
  within: ReadonlySet<string> | null = null,
): boolean {
  const index = findDecision(state.decisions, report.decisionId, nowMs);
  if (index < 0) return false;
  const { placement, offerIds } = state.decisions[index]!;
  return (within === null || within.has(placement)) && offerIds.includes(report.offerId);
}

/** Whether this known outcome was counted before: then it is a duplicate, whatever its messageId. */
export function isCounted(state: CustomerState, report: OutcomeReport, nowMs: number): boolean {
  const decision = state.decisions[findDecision(state.decisions, report.decisionId, nowMs)]!;
  const bit = 1 << OUTCOME_KINDS.indexOf(report.outcome);
  return (decision.outcomes[decision.offerIds.indexOf(report.offerId)]! & bit) !== 0;
}

/**
 * Counts a known outcome. Offers of a fallback do not count against caps, neither when given nor
 * by outcomes.
 * @returns false when it was counted before.
 */
export function countOutcome(
  program: Program,
  draft: Draft,
  report: OutcomeReport,
  nowMs: number,
): boolean {
  const index = findDecision(draft.decisions, report.decisionId, nowMs);
  const decision = draft.decisions[index]!;
  const place = decision.offerIds.indexOf(report.offerId);
  const bit = 1 << OUTCOME_KINDS.indexOf(report.outcome);
  const known = decision.outcomes[place]!;
  if ((known & bit) !== 0) return false;
  draft.decisions = draft.decisions.with(index, withOutcome(decision, place, known | bit));
  if (program.choosable !== null && (bit & ACCEPTED) !== 0 && !isAccepted(decision)) {
    countPreferred(program, draft, decision.placement, 'accepted');
  }
  const spec = program.capSpecs.get(capKey(report.offerId, report.outcome));
  if (spec !== undefined && !decision.fallback) {
    // It falls where it happened, however late it is told, but never before what it answers: a
    // device whose clock is slow must not get around a cap.
    const atMs = Math.min(Math.max(report.timestampMs, decision.decidedAtMs), nowMs);
    countCap(draft, spec, program.capSpecs, atMs, nowMs);
  }
  return true;
}

/** Who redeems what nobody reported as accepted, accepts it, too. */
const ACCEPTED = (1 << OUTCOME_KINDS.indexOf('accept')) | (1 << OUTCOME_KINDS.indexOf('redeem'));

/** Whether any of its offers was: a decision counts once. */
function isAccepted({ outcomes }: RecentDecision): boolean {
  return outcomes.some((bits) => (bits & ACCEPTED) !== 0);
}

function withOutcome(decision: RecentDecision, place: number, bits: number): RecentDecision {
  return {
    decisionId: decision.decisionId,
    placement: decision.placement,
    trigger: decision.trigger,
    decidedAtMs: decision.decidedAtMs,
    offerIds: decision.offerIds,
    fallback: decision.fallback,
    holdout: decision.holdout,
    outcomes: decision.outcomes.with(place, bits),
  };
}
