// POST /v1/events/explain: what an event would do and why not more, without sending it.

import type { EventExplanation, TriggerExplanation } from '../model/explanation.ts';
import type { Submission } from '../model/step.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX, type EventReader } from './event-reader.ts';
import { explainedDecisions } from './explained-decisions.ts';
import { type Body, fault } from './gateway-parts.ts';

/** The route. Nothing is kept of what it is asked, so nothing is in `rejected` either. */
export function explainRoute(reader: EventReader): BodyRoute {
  return {
    name: 'events_explain',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'event_too_large',
    needs: 'explain',
    bodyMayLack: false,
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    eventsOf: ONE_EVENT,
    handle: (exchange, body) => handleExplain(exchange, body, reader),
  };
}

function handleExplain(
  exchange: BodyExchange,
  body: Body,
  reader: EventReader,
): Promise<void> | void {
  const envelope = {
    receivedAtMs: exchange.receivedAtMs,
    text: exchange.text,
    context: null,
    contextBytes: 0,
    sentAtMs: null,
    live: true,
    decide: true,
  };
  // An event as a batch has it, which says what it is; without that it is a track.
  const isTyped = body.type !== undefined && body.type !== null;
  const submission = isTyped
    ? reader.readTyped(body, envelope)
    : reader.read('track', body, envelope);
  if ('kind' in submission) return exchange.refuse(submission);
  exchange.hub.audit.noteCustomer(exchange.key!, 'events.explain', submission.customerId);
  return explain(exchange, submission);
}

async function explain(exchange: BodyExchange, submission: Submission): Promise<void> {
  const { admission, parts } = exchange.hub;
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  try {
    const explained = await parts.explanations.explain(submission);
    if (explained.kind === 'explained') exchange.succeed(explanationText(explained));
    else exchange.refuse(fault(explained.code, explained.message, explained.path));
  } finally {
    admission.releaseSubmissions(1);
  }
}

/** The body of the answer. */
export function explanationText(explanation: EventExplanation): string {
  const { features, segments, triggers, answer, decisions, hint = null } = explanation;
  return JSON.stringify({
    features,
    segments,
    triggers: triggers.map(triggerOf),
    decisions: explainedDecisions(answer, decisions),
    ...(hint !== null && { hint }),
  });
}

function triggerOf(explanation: TriggerExplanation) {
  const { trigger, fired, key, reason, clause, unknown, until, putOff } = explanation;
  return {
    trigger,
    fired,
    ...(key !== null && { key }),
    ...(!fired && { reason, clause, unknown }),
    ...(until !== null && { until }),
    ...(putOff !== undefined && { putOff }),
  };
}
