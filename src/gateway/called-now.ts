// Hot path. The submission of a call that is no event: it is about now.

import { uuidv7 } from 'uuidv7';
import type { Stimulus } from '../model/event.ts';
import type { Submission } from '../model/step.ts';
import { filled, type Who } from './body-check.ts';
import type { BodyExchange } from './body-route.ts';
import type { Body } from './gateway-parts.ts';

export function calledNow(
  { receivedAtMs }: BodyExchange,
  body: Body,
  { customerId, naming }: Who,
  stimulus: Stimulus,
): Submission {
  return {
    stimulus,
    customerId,
    naming,
    messageId: filled(body.messageId) ?? uuidv7(),
    nowMs: receivedAtMs,
    receivedAtMs,
    live: true,
    decide: true,
    record: true,
  };
}
