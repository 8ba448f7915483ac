// POST /v1/outcomes: what became of an offer that was given.

import { uuidv7 } from 'uuidv7';
import type { OutcomeKind, OutcomeReport } from '../model/event.ts';
import type { Result } from '../pipeline.ts';
import { checkBody, filled, whoOf } from './body-check.ts';
import { type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { eventTimeMs, readTime } from './event-time.ts';
import type { Exchange } from './exchange.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { outcomeBodySchema } from './openapi/request-schemas.ts';
import { customerIdOf, idOf } from './refused-ids.ts';

/** The route. */
export function outcomeRoute(): BodyRoute {
  return {
    name: 'outcomes',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'write',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: true,
    readsQuery: false,
    eventsOf: ONE_EVENT,
    handle: handleOutcome,
  };
}

async function handleOutcome(exchange: Exchange, body: Body): Promise<void> {
  const outcome = reportOf(exchange, body);
  if ('kind' in outcome) {
    return exchange.reject(outcome, idOf(body.messageId), customerIdOf(body));
  }
  const { admission, parts } = exchange.hub;
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  const { customerId, messageId, receivedAtMs } = outcome;
  let result: Result;
  try {
    result = await parts.pipeline.submit({
      stimulus: { kind: 'outcome', outcome },
      customerId,
      messageId,
      nowMs: receivedAtMs,
      receivedAtMs,
      live: true,
      decide: true,
      record: true,
    });
  } finally {
    admission.releaseSubmissions(1);
  }
  switch (result.kind) {
    case 'done': {
      const duplicate = result.duplicate ? ',"duplicate":true' : '';
      const id = JSON.stringify(result.messageId);
      return exchange.succeed(`{"success":true,"messageId":${id}${duplicate}}`);
    }
    case 'refused':
      return exchange.reject(
        fault(result.code, result.message, result.path),
        messageId,
        customerId,
      );
    case 'unavailable':
      return exchange.unavailable(result.code, result.retryAfterS);
  }
}

function reportOf(exchange: Exchange, body: Body): OutcomeReport | Fault {
  const misshape = checkBody(body, exchange.text, outcomeBodySchema);
  if (misshape !== null) return misshape;
  const who = whoOf(body);
  if ('kind' in who) return who;
  const { receivedAtMs } = exchange;
  const sent = body.sentAt === undefined || body.sentAt === null ? null : readTime(body.sentAt);
  if (sent !== null && Number.isNaN(sent)) {
    return fault('invalid_request', "'sentAt' must be an ISO 8601 time.", 'sentAt');
  }
  const timestampMs = eventTimeMs(body.timestamp, sent, receivedAtMs);
  if (Number.isNaN(timestampMs)) {
    const message = "'timestamp' must be an ISO 8601 time, not before 1970.";
    return fault('invalid_request', message, 'timestamp');
  }
  return {
    messageId: filled(body.messageId) ?? uuidv7(),
    customerId: who.customerId,
    receivedAtMs,
    timestampMs,
    decisionId: body.decisionId as string,
    offerId: body.offerId as string,
    outcome: body.outcome as OutcomeKind,
  };
}
