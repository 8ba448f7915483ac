// Hot path. POST /v1/track and its kin: one event in, the decisions that it caused out.

import type { EventType } from '../model/event.ts';
import type { Result } from '../pipeline.ts';
import { type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX, type EventReader } from './event-reader.ts';
import type { Exchange } from './exchange.ts';
import { type Body, fault } from './gateway-parts.ts';
import { customerIdOf, idOf } from './refused-ids.ts';

/** The route of one Segment call. */
export function eventRoute(type: EventType, reader: EventReader): BodyRoute {
  return {
    name: type,
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'event_too_large',
    needs: 'write',
    forWriteKeys: null,
    takesBeacons: true,
    recordsRejections: true,
    readsQuery: false,
    eventsOf: ONE_EVENT,
    handle: (exchange, body) => handleEvent(exchange, body, type, reader),
  };
}

async function handleEvent(
  exchange: Exchange,
  body: Body,
  type: EventType,
  reader: EventReader,
): Promise<void> {
  const submission = reader.read(type, body, {
    receivedAtMs: exchange.receivedAtMs,
    text: exchange.text,
    context: null,
    contextBytes: 0,
    sentAtMs: null,
    live: true,
    decide: true,
  });
  if ('kind' in submission) {
    return exchange.reject(submission, idOf(body.messageId), customerIdOf(body));
  }
  const { admission, parts } = exchange.hub;
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  let result: Result;
  try {
    result = await parts.pipeline.submit(submission);
  } finally {
    admission.releaseSubmissions(1);
  }
  switch (result.kind) {
    case 'done':
      return exchange.succeed(`{"success":true,${answerOf(result)}}`);
    case 'refused':
      return exchange.reject(
        fault(result.code, result.message, result.path),
        submission.messageId,
        submission.customerId,
      );
    case 'unavailable':
      return exchange.unavailable(result.code, result.retryAfterS);
  }
}

/** The members of an answer that tell what became of one event. */
export function answerOf(result: Result & { kind: 'done' }): string {
  const duplicate = result.duplicate ? '"duplicate":true,' : '';
  return `"messageId":${JSON.stringify(result.messageId)},${duplicate}"decisions":${result.answer}`;
}
