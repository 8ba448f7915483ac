import type { JsonObject } from '../../src/model/json.ts';
import type { Submission } from '../../src/model/step.ts';

/** A live submission of a `track` body (events.ts) as the pipeline makes it. */
export function submissionOf(body: JsonObject, nowMs: number): Submission {
  const userId = String(body.userId);
  const messageId = String(body.messageId);
  const name = String(body.event);
  return {
    stimulus: {
      kind: 'event',
      event: {
        type: 'track',
        name,
        userId,
        anonymousId: null,
        timestampMs: nowMs,
        properties: body.properties as JsonObject,
        traits: {},
        context: (body.context ?? {}) as JsonObject,
        label: name,
      },
      outcome: null,
    },
    customerId: userId,
    messageId,
    nowMs,
    receivedAtMs: nowMs,
    live: true,
    decide: true,
    record: true,
  };
}
