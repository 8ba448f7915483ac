// Who says who else they are, in random behaviour.

import type { CustomerEvent } from '../../src/model/event.ts';
import type { Submission } from '../../src/model/step.ts';

/** An identify. */
export function saysToBe(customerId: string, whoElse: string, nowMs: number): Submission {
  const event: CustomerEvent = {
    ...{ type: 'identify', name: '$identify', label: null, timestampMs: nowMs },
    ...{ userId: customerId, anonymousId: null, properties: {}, traits: {}, context: {} },
  };
  const alias = { id: whoElse, kind: 'anonymous', value: null, otherwise: null };
  return {
    stimulus: { kind: 'event', event, outcome: null },
    ...{ customerId, messageId: `${customerId} ${whoElse}`, nowMs, receivedAtMs: nowMs },
    naming: { kind: 'user', value: null, aliases: [alias], unusable: [] },
    ...{ live: true, decide: true, record: true },
  };
}
