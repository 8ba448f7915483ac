// Hot path. From the JSON of one Segment call to a submission: cleaned, checked, normalised.

import { Buffer } from 'node:buffer';
import { uuidv7 } from 'uuidv7';
import { ERRORS } from '../errors.ts';
import type { CustomerEvent, EventType } from '../model/event.ts';
import type { Naming } from '../model/identity.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { jsonHazard, wellFormed } from '../model/json-hazards.ts';
import { jsonAsSent } from '../model/json-text.ts';
import { OUTCOME_IDS, outcomeId, outcomeKindOf, outcomeOf } from '../model/outcome-events.ts';
import type { Submission } from '../model/step.ts';
import type { CallNames } from './call-names.ts';
import { compileEventShapes, EVENT_TYPES, ID_CHARS_MAX } from './event-shapes.ts';
import { eventTimeMs, readTime } from './event-time.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { JsonCleaner } from './json-cleaner.ts';
import { plainNaming } from './plain-naming.ts';

/** Bytes of one event (Segment: 32 KB). */
export const EVENT_BYTES_MAX = 32 * 1024;

/** What holds for all events of a request. */
export interface Envelope {
  readonly receivedAtMs: number;
  /** The text that the events are parsed from. */
  readonly text: string;
  /** The batch's context, which lies under those of its events; null = none. */
  readonly context: JsonObject | null;
  /** What that adds to each event, bytes of JSON. */
  readonly contextBytes: number;
  /** The batch's `sentAt`, epoch ms; null = none: the event's own counts. */
  readonly sentAtMs: number | null;
  /** false for imports: every event at its own time, whatever `sentAt` says. */
  readonly live: boolean;
  /** false: only update the state. */
  readonly decide: boolean;
}

const NAMES: Readonly<Record<Exclude<EventType, 'track'>, string>> = {
  page: '$page',
  screen: '$screen',
  identify: '$identify',
  group: '$group',
  alias: '$alias',
};

/** Stands for absent objects; nobody writes to what a caller sent. */
const NOTHING: JsonObject = Object.freeze({}) as JsonObject;

/** Reads the events of one gateway. Holds compiled validators and scratch space, no state. */
export class EventReader {
  private readonly shapes = compileEventShapes();
  private readonly cleaner = new JsonCleaner();

  constructor(private readonly names: CallNames) {}

  /** An event of a batch, whose call is its `type`. Paths are relative to the event. */
  readTyped(value: JsonValue | undefined, envelope: Envelope): Submission | Fault {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return fault('invalid_event', 'An event must be an object.', '');
    }
    const { type } = value;
    if (typeof type !== 'string' || !Object.hasOwn(this.shapes, type)) {
      return fault('invalid_event', `'type' must be one of ${EVENT_TYPES.join(', ')}.`, 'type');
    }
    const dirt = this.cleaner.clean(value, envelope.text);
    if (dirt !== null) return fault('invalid_event', dirt.message, dirt.path);
    // Single events were bounded as they arrived. The batch's context is stored with each of its
    // events, so it counts as part of each. Only what may be too large is measured exactly.
    const { contextBytes } = envelope;
    if (this.cleaner.bytesAtMost + contextBytes > EVENT_BYTES_MAX) {
      if (Buffer.byteLength(jsonAsSent(value)) + contextBytes > EVENT_BYTES_MAX) {
        return fault('event_too_large', ERRORS.event_too_large.message, '');
      }
    }
    return this.shaped(type as EventType, value, envelope);
  }

  /** Cleans `body` in place and reads it. */
  read(type: EventType, body: Body, envelope: Envelope): Submission | Fault {
    const dirt = this.cleaner.clean(body, envelope.text);
    if (dirt !== null) return fault('invalid_event', dirt.message, dirt.path);
    return this.shaped(type, body, envelope);
  }

  private shaped(type: EventType, body: Body, envelope: Envelope): Submission | Fault {
    const misshape = this.shapes[type](body);
    if (misshape !== null) return fault('invalid_event', misshape.message, misshape.path);
    return this.submissionOf(type, body, envelope);
  }

  private submissionOf(type: EventType, body: Body, envelope: Envelope): Submission | Fault {
    const name = type === 'track' ? (body.event as string) : NAMES[type];
    if (type === 'track' && name.charCodeAt(0) === 36) {
      return fault('invalid_event', "An event's name must not start with '$'.", 'event');
    }
    const { receivedAtMs, live } = envelope;
    const sentAtMs = live ? sentAtOf(body, envelope) : null;
    if (sentAtMs !== null && Number.isNaN(sentAtMs)) {
      return fault('invalid_event', "'sentAt' must be an ISO 8601 time.", 'sentAt');
    }
    // RudderStack's clients name it `originalTimestamp`.
    const timestampMs = eventTimeMs(
      body.timestamp ?? body.originalTimestamp,
      sentAtMs,
      receivedAtMs,
    );
    if (Number.isNaN(timestampMs)) {
      const message = "'timestamp' must be an ISO 8601 time, not before 1970.";
      return fault('invalid_event', message, 'timestamp');
    }
    const context = contextOf(body.context, envelope.context);
    // Two contexts that are fine each may spell one path in two ways together.
    const hazard =
      context === body.context || context === envelope.context ? null : jsonHazard(context);
    if (hazard !== null) {
      const path = `context.${hazard.path}`;
      return fault('invalid_event', `'${path}' ${hazard.message}.`, path);
    }
    const properties =
      type === 'identify' || type === 'group' ? NOTHING : objectOf(body.properties);
    const label = labelOf(type, body, properties);
    const traits = traitsOf(type, body, context);
    const anonymousId = textOf(body.anonymousId);
    let userId = textOf(body.userId);
    let customerId: string;
    let naming: Naming | null = plainNaming(type, userId, anonymousId, context);
    if (naming !== null) customerId = userId ?? `anonymous:${anonymousId}`;
    else {
      const previousId = type === 'alias' ? label : null;
      const read = this.names.read({ type, userId, anonymousId, context, traits, previousId });
      if (read.kind === 'nameless') return fault('invalid_event', read.message, read.path);
      ({ customerId, userId, naming } = read);
    }
    const messageId = textOf(body.messageId) ?? uuidv7();
    const event: CustomerEvent = {
      type,
      name,
      userId,
      anonymousId,
      timestampMs,
      properties,
      traits,
      context,
      label,
    };
    const misnamed = outcomeFault(event);
    if (misnamed !== null) return misnamed;
    return {
      stimulus: { kind: 'event', event, outcome: outcomeOf(event) },
      customerId,
      naming,
      messageId,
      nowMs: live ? receivedAtMs : timestampMs,
      receivedAtMs,
      live,
      decide: envelope.decide,
      record: true,
    };
  }
}

/** Of two, the batch's: it is from when this request was sent. NaN = unreadable. */
function sentAtOf(body: Body, envelope: Envelope): number | null {
  if (envelope.sentAtMs !== null) return envelope.sentAtMs;
  const { sentAt } = body;
  return sentAt === undefined || sentAt === null ? null : readTime(sentAt);
}

/** A checked id: null when absent or empty. */
function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value === undefined || value === null ? NOTHING : (value as JsonObject);
}

function contextOf(own: JsonValue | undefined, under: JsonObject | null): JsonObject {
  if (under === null) return objectOf(own);
  if (own === undefined || own === null) return under;
  return { ...under, ...(own as JsonObject) };
}

/**
 * What an identify or a group states. RudderStack's clients put an identify's into the context and
 * nowhere else; next to traits of its own those there mean nothing.
 */
function traitsOf(type: EventType, body: Body, context: JsonObject): JsonObject {
  if (type !== 'identify' && type !== 'group') return NOTHING;
  const own = objectOf(body.traits);
  if (type === 'group' || !Object.hasOwn(context, 'traits')) return own;
  for (const _ in own) return own;
  const { traits } = context;
  const isObject = typeof traits === 'object' && traits !== null && !Array.isArray(traits);
  return isObject ? traits : own;
}

function labelOf(type: EventType, body: Body, properties: JsonObject): string | null {
  switch (type) {
    case 'track':
      return body.event as string;
    case 'page':
    case 'screen': {
      const name = textOf(body.name);
      if (name !== null || !Object.hasOwn(properties, 'name')) return name;
      const own = textOf(properties.name);
      if (own === null || own.length <= ID_CHARS_MAX) return own;
      // Cut in the middle of a character, it would be another text in history than here.
      return wellFormed(own.slice(0, ID_CHARS_MAX));
    }
    case 'group':
      return textOf(body.groupId);
    case 'alias':
      return textOf(body.previousId);
    case 'identify':
      return null;
  }
}

/** Of a report of an outcome: an id that is no text, or too long a one. */
function outcomeFault(event: CustomerEvent): Fault | null {
  if (outcomeKindOf(event) === null) return null;
  const ids = OUTCOME_IDS.map((name) => outcomeId(event.properties, name));
  if (ids.includes(null)) return null;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (typeof id === 'string' && id.length <= ID_CHARS_MAX) continue;
    const name = OUTCOME_IDS[i]!;
    const message = `'${name}' must be a string of at most ${ID_CHARS_MAX} characters.`;
    return fault('invalid_event', message, `properties.${name}`);
  }
  return null;
}
