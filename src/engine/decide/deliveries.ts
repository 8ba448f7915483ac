// Hot path, where a catalog has channels. Decisions that leave beside their answer: what a trigger made,
// with an offer, for a placement whose channel carries it.

import type { Decision } from '../../model/decision.ts';
import {
  deliveryIdOf,
  FEED_MS,
  type NewDelivery,
  NO_DELIVERIES,
  outboxText,
} from '../../model/delivery.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Submission } from '../../model/step.ts';
import { deliveredDecision } from './answer.ts';
import type { Ask } from './ask.ts';

/** Whether anything that a submission brings about leaves: the past was answered then, or never. */
export function delivers({ live, record }: Submission): boolean {
  return live && record;
}

/** The decision, with where it goes. */
export function withDelivery({ placement, firings, waiting }: Ask, decision: Decision): Decision {
  const { carrier } = placement;
  if (carrier === null || firings.length === 0 || waiting) return decision;
  if (decision.offers.length === 0) return decision;
  const deliveryId = deliveryIdOf(decision.decisionId);
  return { ...decision, delivery: { deliveryId, channel: carrier.name } };
}

/** What goes to the outbox, in the order of the decisions. */
export function deliveriesOf(
  decisions: readonly Decision[],
  { customerId }: CustomerState,
  { messageId }: Submission,
  streams: ReadonlySet<string>,
): readonly NewDelivery[] {
  let deliveries = NO_DELIVERIES;
  for (const made of decisions) {
    if (made.delivery === null) continue;
    const { deliveryId, channel } = made.delivery;
    const { decidedAtMs } = made;
    const decision = deliveredDecision(made);
    const isStream = streams.has(channel);
    const one: NewDelivery = {
      deliveryId,
      channel,
      dueAtMs: isStream ? decidedAtMs + FEED_MS : decidedAtMs,
      entry: outboxText({ attempts: 0, customerId, messageId, decidedAtMs, decision }),
      feed: isStream ? JSON.stringify(decision) : null,
    };
    deliveries = deliveries.length === 0 ? [one] : [...deliveries, one];
  }
  return deliveries;
}
