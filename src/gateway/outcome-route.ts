// POST /v1/outcomes: what became of an offer that was given.

import type { OutcomeKind, OutcomeReport } from '../model/event.ts';
import type { Submission } from '../model/step.ts';
import { checkBody, whoOf } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { calledNow } from './called-now.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { eventTimeMs, readTime } from './event-time.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { outcomeBodySchema } from './openapi/request-schemas.ts';
import { customerIdOf, idOf } from './refused-ids.ts';
import { nameCustomer, restrict, standingOf } from './standing.ts';
import { submitOne } from './submit-one.ts';

/** The route. */
export function outcomeRoute(): BodyRoute {
  return {
    name: 'outcomes',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'send',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: true,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: handleOutcome,
  };
}

function handleOutcome(exchange: BodyExchange, body: Body): Promise<void> | void {
  const read = readOutcome(exchange, body);
  if ('kind' in read) return exchange.reject(read, idOf(body.messageId), customerIdOf(body));
  return submitOne(exchange, read, ({ messageId, duplicate }, warnings) => {
    const again = duplicate ? ',"duplicate":true' : '';
    return `{"success":true,"messageId":${JSON.stringify(messageId)}${again}${warnings}}`;
  });
}

function readOutcome(exchange: BodyExchange, body: Body): Submission | Fault {
  const misshape = checkBody(body, exchange.text, outcomeBodySchema);
  if (misshape !== null) return misshape;
  const standing = standingOf(exchange, body);
  if (standing.kind === 'fault') return standing;
  nameCustomer(body, standing);
  const who = whoOf(body, exchange.hub.parts.names);
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
  const decisionId = body.decisionId as string;
  const offerId = body.offerId as string;
  const outcome = body.outcome as OutcomeKind;
  const report: OutcomeReport = { timestampMs, decisionId, offerId, outcome };
  return restrict(
    calledNow(exchange, body, who, { kind: 'outcome', outcome: report }),
    standing,
    who,
  );
}
