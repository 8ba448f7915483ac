// Checks of the bodies that are no events: by their zod schemas, told as faults.

import type { z } from 'zod';
import type { Naming } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { CallNames } from './call-names.ts';
import { consentFault } from './consent-fault.ts';
import { CALL_OBJECTS, readEmptyMaps } from './empty-map.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { issueMessage } from './issue-message.ts';
import { JsonCleaner } from './json-cleaner.ts';
import { CALL_IDS, textualIds } from './numeric-id.ts';
import { plainNaming } from './plain-naming.ts';

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

/** The customer that a question, or a report of an outcome, is of. */
export interface Who {
  readonly customerId: string;
  /** As they are kept: without the value of an identifier. */
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly naming: Naming;
}

/** Of a checked body; a fault when it names nobody. */
export function whoOf(body: Body, names: CallNames): Who | Fault {
  const userId = filled(body.userId);
  const anonymousId = filled(body.anonymousId);
  const context = (body.context as JsonObject | null | undefined) ?? NOTHING;
  const naming = plainNaming(null, userId, anonymousId, context);
  if (naming !== null) {
    return { customerId: userId ?? `anonymous:${anonymousId}`, userId, anonymousId, naming };
  }
  const call = { type: null, userId, anonymousId, context, traits: NOTHING, previousId: null };
  const read = names.read(call);
  if (read.kind === 'nameless') return fault('invalid_request', read.message, read.path);
  return { customerId: read.customerId, userId: read.userId, anonymousId, naming: read.naming };
}

/** Stands for absent objects. */
const NOTHING: JsonObject = Object.freeze({}) as JsonObject;

/** A string that is not empty, else null. */
export function filled(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
