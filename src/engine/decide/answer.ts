// Hot path. Decisions as callers see them (API.md): without candidates, scores and inputs.

import { type ChosenOffer, type Decision, shownItems } from '../../model/decision.ts';
import type { DeliveredDecision } from '../../model/delivery.ts';
import { publicItem } from '../../model/public-item.ts';
import { NO_DECISIONS } from '../deduplication.ts';

/** JSON text of the `decisions` array of an answer. */
export function answerText(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return NO_DECISIONS;
  return JSON.stringify(decisions.map(publicDecision));
}

/** As a delivery has it: the same as in the answer. */
export function deliveredDecision(decision: Decision): DeliveredDecision {
  return publicDecision(decision) as DeliveredDecision;
}

function publicDecision(decision: Decision) {
  return {
    decisionId: decision.decisionId,
    placement: decision.placement,
    trigger: decision.trigger,
    catalog: decision.catalog,
    fallback: decision.fallback,
    holdout: decision.holdout,
    offers: decision.offers.map(publicOffer),
    ...(decision.list !== null && publicList(decision)),
    ...(decision.waiting && { waiting: true }),
    ...(decision.delivery !== null && { delivery: decision.delivery }),
  };
}

/** A list is told of by the decision's id. */
function publicList(decision: Decision) {
  const items = shownItems(decision);
  return {
    ...(items.length > 0 && { recommendationId: decision.decisionId }),
    items: items.map(publicItem),
  };
}

function publicOffer(offer: ChosenOffer) {
  return {
    offerId: offer.offerId,
    treatment: offer.treatment,
    expiresAt: isoTime(offer.expiresAtMs),
  };
}

/** ISO 8601 UTC; null for no time and for one beyond the calendar. */
export function isoTime(atMs: number | null): string | null {
  if (atMs === null || !(Math.abs(atMs) <= 8.64e15)) return null;
  return new Date(atMs).toISOString();
}
