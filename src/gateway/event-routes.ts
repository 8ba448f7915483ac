// Hot path. POST /v1/track and its kin: one event in, the decisions that it caused out.

import type { EventType } from '../model/event.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX, type EventReader } from './event-reader.ts';
import type { Body } from './gateway-parts.ts';
import { customerIdOf, idOf } from './refused-ids.ts';
import { nameCustomer, restrict, standingOf } from './standing.ts';
import { type DoneResult, submitOne } from './submit-one.ts';

/** The route of one Segment call. */
export function eventRoute(type: EventType, reader: EventReader): BodyRoute {
  return {
    name: type,
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'event_too_large',
    needs: 'send',
    forWriteKeys: null,
    takesBeacons: true,
    recordsRejections: true,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: (exchange, body) => handleEvent(exchange, body, type, reader),
  };
}

function handleEvent(
  exchange: BodyExchange,
  body: Body,
  type: EventType,
  reader: EventReader,
): Promise<void> | void {
  const standing = standingOf(exchange, body);
  if (standing.kind === 'fault') {
    return exchange.reject(standing, idOf(body.messageId), customerIdOf(body));
  }
  nameCustomer(body, standing);
  const read = reader.read(type, body, {
    receivedAtMs: exchange.receivedAtMs,
    text: exchange.text,
    context: null,
    contextBytes: 0,
    sentAtMs: null,
    live: true,
    decide: true,
  });
  const submission = restrict(read, standing);
  if ('kind' in submission) {
    return exchange.reject(submission, idOf(body.messageId), customerIdOf(body));
  }
  return submitOne(exchange, submission, bodyOf);
}

function bodyOf(result: DoneResult, warnings: string): string {
  return `{"success":true,${answerOf(result)}${warnings}}`;
}

/** The members of an answer that tell what became of one event. */
export function answerOf(result: DoneResult): string {
  const duplicate = result.duplicate ? '"duplicate":true,' : '';
  return `"messageId":${JSON.stringify(result.messageId)},${duplicate}"decisions":${result.answer}`;
}
