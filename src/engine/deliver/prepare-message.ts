// What is sent of a delivery: the decision as it was made, to the customer as it is now. Between the two,
// days may lie; so consent and the placement's condition are asked again, and an address is the one that
// the customer has by now.

import type { ChannelDefinition, WebhookChannel } from '../../model/channel.ts';
import type { OutboxEntry, Prepared } from '../../model/delivery.ts';
import { NO_INPUTS } from '../../model/inputs.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { type CustomerState, emptyState } from '../../model/state.ts';
import type { Value } from '../../model/value.ts';
import { holds } from '../decide/candidates.ts';
import { draftOf } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { quietUntilMs } from '../timers/quiet.ts';

export function prepareMessage(
  program: Program,
  state: CustomerState,
  entry: OutboxEntry,
  nowMs: number,
): Prepared {
  const { decision } = entry;
  const placement = program.placements.get(decision.placement);
  const channel = program.catalog.channels.get(decision.delivery.channel);
  if (channel === undefined || placement === undefined) return CHANNEL_GONE;
  if (isOver(entry, nowMs)) return OVER;
  const { consent, when, quiet } = placement.definition;
  const scope = program.scope.point(state, null, null, NO_INPUTS, nowMs);
  // Its key is not kept.
  scope.pointFiring(decision.trigger ?? undefined, null);
  if (consent !== null && !scope.consent(consent)) return NO_CONSENT;
  if (!holds(when, scope, program.counters)) return PLACEMENT_CLOSED;
  const atMs = quiet === null ? null : quietUntilMs(program, draftOf(state), quiet, nowMs);
  if (atMs !== null) return { kind: 'later', atMs };
  scope.message = { ...messageView(entry), customer: { id: state.customerId } };
  const message = messageOf(program, channel, entry, scope);
  scope.message = undefined;
  return { kind: 'message', message };
}

const NOBODY = emptyState('');
const CHANNEL_GONE: Prepared = { kind: 'suppressed', reason: 'channel_gone' };
const NO_CONSENT: Prepared = { kind: 'suppressed', reason: 'no_consent' };
const OVER: Prepared = { kind: 'over' };
const PLACEMENT_CLOSED: Prepared = { kind: 'suppressed', reason: 'placement_closed' };

/** Whether nobody could redeem any of it any more. */
function isOver({ decision: { offers } }: OutboxEntry, nowMs: number): boolean {
  return offers.every(({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) <= nowMs);
}

/** Whether the answer of an endpoint says that it took the message. */
export function acceptsResponse(
  program: Program,
  { success }: WebhookChannel,
  response: JsonValue | undefined,
): boolean {
  if (success === null) return true;
  if (response === undefined) return false;
  const scope = program.scope.point(NOBODY, null, null, NO_INPUTS, 0);
  scope.message = { response: response as Value };
  const isAccepted = success(scope) === true;
  scope.message = undefined;
  return isAccepted;
}

function messageOf(
  { onTemplateUnknown }: Program,
  channel: ChannelDefinition,
  entry: OutboxEntry,
  scope: StateScope,
): JsonObject {
  switch (channel.kind) {
    case 'webhook':
      if (channel.body === null) return standardBody(entry);
      return channel.body(scope, onTemplateUnknown).body as JsonObject;
    case 'smtp':
      return channel.mail(scope, onTemplateUnknown);
    case 'stream':
      return entry.decision as unknown as JsonObject;
  }
}

/** What templates of a message may read beside the customer. */
function messageView({ decision }: OutboxEntry): { readonly [name: string]: Value } {
  const { decisionId, placement, trigger, offers, delivery } = decision;
  const [first] = offers;
  return {
    treatment: (first?.treatment ?? {}) as Value,
    decision: {
      id: decisionId,
      placement,
      ...(trigger !== null && { trigger }),
      ...(first !== undefined && { offerId: first.offerId }),
    },
    delivery: { id: delivery.deliveryId },
  };
}

/** By the Standard Webhooks specification: what happened, when, and its data. */
function standardBody({ customerId, decision, decidedAtMs }: OutboxEntry): JsonObject {
  const { decisionId, placement, trigger, offers, items, recommendationId, delivery } = decision;
  return {
    type: 'proffer.decision',
    timestamp: new Date(decidedAtMs).toISOString(),
    data: {
      ...{ deliveryId: delivery.deliveryId, decisionId, customerId, placement },
      ...{ channel: delivery.channel, trigger, offers: offers as unknown as JsonObject[] },
      ...(recommendationId !== undefined && { recommendationId }),
      ...(items !== undefined && { items: [...items] }),
    },
  };
}
