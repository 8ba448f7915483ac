// Checks of the bodies that are no events: by their zod schemas, told as faults.

import type { z } from 'zod';
import { consentFault } from './consent-fault.ts';
import { CALL_OBJECTS, readEmptyMaps } from './empty-map.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { issueMessage } from './issue-message.ts';
import { JsonCleaner } from './json-cleaner.ts';
import { CALL_IDS, textualIds } from './numeric-id.ts';

/** Cleans and checks `body`; null = fine. Paths are as `placements[1]`. */
export function checkBody(body: Body, text: string, schema: z.ZodType): Fault | null {
  const dirt = new JsonCleaner().clean(body, text);
  if (dirt !== null) return fault('invalid_request', dirt.message, dirt.path);
  const inexact = textualIds(body, CALL_IDS);
  if (inexact !== null) return fault('invalid_request', inexact.message, inexact.path);
  readEmptyMaps(body, CALL_OBJECTS);
  const misshaped = checkShape(body, schema);
  if (misshaped !== null) return misshaped;
  const misstated = consentFault(body.context);
  return misstated === null ? null : fault('invalid_request', misstated.message, misstated.path);
}

/** Checks `body` against its schema alone; null = fine. */
export function checkShape(body: Body, schema: z.ZodType): Fault | null {
  const parsed = schema.safeParse(body);
  if (parsed.success) return null;
  const issue = parsed.error.issues[0]!;
  const path = issue.path
    .map((key, i) =>
      typeof key === 'number' ? `[${key}]` : i === 0 ? String(key) : `.${String(key)}`,
    )
    .join('');
  const message = issueMessage(issue, path, body);
  return fault('invalid_request', message, path === '' ? null : path);
}

/** The customer that `userId` and `anonymousId` name. */
export interface Who {
  readonly customerId: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

/** Of a checked body; a fault when it names nobody. */
export function whoOf(body: Body): Who | Fault {
  const userId = filled(body.userId);
  const anonymousId = filled(body.anonymousId);
  if (userId === null && anonymousId === null) {
    return fault('invalid_request', "'userId' or 'anonymousId' is required.", 'userId');
  }
  return { customerId: userId ?? `anonymous:${anonymousId}`, userId, anonymousId };
}

/** A string that is not empty, else null. */
export function filled(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
