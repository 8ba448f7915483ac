// Hot path. The decisions that outcomes may be reported for: those with offers, the last 64 of the
// last 30 days.

import type { Decision } from '../../model/decision.ts';
import type { RecentDecision } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import { DECISIONS_MAX, DECISIONS_MS } from '../limits.ts';

/** Keeps a decision that offers were returned for; what is too old or too many leaves. */
export function keepDecision(draft: Draft, decision: Decision): void {
  const { decisions } = draft;
  const afterMs = decision.decidedAtMs - DECISIONS_MS;
  let from = Math.max(0, decisions.length + 1 - DECISIONS_MAX);
  while (from < decisions.length && decisions[from]!.decidedAtMs <= afterMs) from++;
  const next = decisions.slice(from);
  next.push({
    decisionId: decision.decisionId,
    placement: decision.placement,
    trigger: decision.trigger,
    decidedAtMs: decision.decidedAtMs,
    offerIds: decision.offers.map((offer) => offer.offerId),
    fallback: decision.fallback,
    holdout: decision.holdout,
    outcomes: decision.offers.map(() => 0),
  });
  draft.decisions = next;
}

/** Index of a decision that outcomes are accepted for at a time; −1 when there is none. */
export function findDecision(
  decisions: readonly RecentDecision[],
  decisionId: string,
  nowMs: number,
): number {
  for (let i = decisions.length - 1; i >= 0; i--) {
    const decision = decisions[i]!;
    if (decision.decisionId === decisionId) {
      return decision.decidedAtMs > nowMs - DECISIONS_MS ? i : -1;
    }
  }
  return -1;
}
