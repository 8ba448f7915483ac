// Hot path. Most calls name one customer or one visitor and say nothing else of who it is: they are
// told from the others here, and cost no more than that.

import type { EventType } from '../model/event.ts';
import { type Naming, USER_ALONE, VISITOR_ALONE } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';

/** What such a call says; null = it may name more, or in another way, and is to be read. */
export function plainNaming(
  type: EventType | null,
  userId: string | null,
  anonymousId: string | null,
  context: JsonObject,
): Naming | null {
  if (type === 'identify' || type === 'alias' || Object.hasOwn(context, 'externalIds')) return null;
  if (userId === null) return anonymousId === null ? null : VISITOR_ALONE;
  return anonymousId === null && userId.indexOf(':') < 0 ? USER_ALONE : null;
}
