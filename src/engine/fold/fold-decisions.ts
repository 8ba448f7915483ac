// The decisions of two customers who turn out to be one: outcomes of either's are accepted from now on,
// and counted once.

import type { CustomerState, RecentDecision } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import { DECISIONS_MAX, DECISIONS_MS } from '../limits.ts';

export function foldDecisions(draft: Draft, from: CustomerState, nowMs: number): void {
  if (from.decisions.length === 0) return;
  const decisions = new Map(draft.decisions.map((decision) => [decision.decisionId, decision]));
  for (const other of from.decisions) {
    const mine = decisions.get(other.decisionId);
    decisions.set(other.decisionId, mine === undefined ? other : withOutcomesOf(mine, other));
  }
  draft.decisions = [...decisions.values()]
    .filter(({ decidedAtMs }) => decidedAtMs > nowMs - DECISIONS_MS)
    .sort((a, b) => a.decidedAtMs - b.decidedAtMs)
    .slice(-DECISIONS_MAX);
}

/** The same decision, with what was reported to either. */
function withOutcomesOf(mine: RecentDecision, other: RecentDecision): RecentDecision {
  const outcomes = mine.offerIds.map((offerId, i) => {
    const place = other.offerIds.indexOf(offerId);
    return (mine.outcomes[i] ?? 0) | (place < 0 ? 0 : (other.outcomes[place] ?? 0));
  });
  return { ...mine, outcomes };
}
