// Hot path. Track events that report what became of an offer.

import type { CustomerEvent, OutcomeKind, OutcomeReport } from './event.ts';
import type { JsonObject, JsonValue } from './json.ts';

const OUTCOME_EVENTS: ReadonlyMap<string, OutcomeKind> = new Map([
  ['Offer Viewed', 'impression'],
  ['Offer Clicked', 'click'],
  ['Offer Accepted', 'accept'],
  ['Offer Redeemed', 'redeem'],
  ['Offer Dismissed', 'dismiss'],
]);

/** The ids by which such an event names what it is about. */
export const OUTCOME_IDS = ['decisionId', 'offerId'] as const;

/** What an event of this call and name would report; null = nothing, whatever it carries. */
export function outcomeKindOf(event: Pick<CustomerEvent, 'type' | 'name'>): OutcomeKind | null {
  return event.type === 'track' ? (OUTCOME_EVENTS.get(event.name) ?? null) : null;
}

/** One of the two ids as the event has it; an empty one is as if absent, like every id. */
export function outcomeId(properties: JsonObject, name: (typeof OUTCOME_IDS)[number]): JsonValue {
  const id = Object.hasOwn(properties, name) ? properties[name]! : null;
  return id === '' ? null : id;
}

/** The report that an event is; null = it is an event like any other. Ids that are no texts are none. */
export function outcomeOf(event: CustomerEvent): OutcomeReport | null {
  const outcome = outcomeKindOf(event);
  if (outcome === null) return null;
  const decisionId = outcomeId(event.properties, 'decisionId');
  const offerId = outcomeId(event.properties, 'offerId');
  if (typeof decisionId !== 'string' || typeof offerId !== 'string') return null;
  return { timestampMs: event.timestampMs, decisionId, offerId, outcome };
}
