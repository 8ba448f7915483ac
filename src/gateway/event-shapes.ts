// Hot path. Whether an event has the shape of its Segment call, by validators compiled once
// (fastest-validator: 70 ns an event). The same shapes for people and tools are the zod schemas in
// openapi/; a test holds the two together.

import type { ValidationError, ValidationSchema } from 'fastest-validator';
import FastestValidator from 'fastest-validator';
import type { EventType } from '../model/event.ts';
import type { Body } from './gateway-parts.ts';
import type { JsonFault } from './json-cleaner.ts';

/** Characters (UTF-16 units) of an id or of an event's name. */
export const ID_CHARS_MAX = 256;

type Shape = (body: Body) => JsonFault | null;

export type EventShapes = Readonly<Record<EventType, Shape>>;

const text = { type: 'string', max: ID_CHARS_MAX, optional: true, nullable: true } as const;
const requiredText = { type: 'string', min: 1, max: ID_CHARS_MAX } as const;
const object = { type: 'object', optional: true, nullable: true } as const;
const time = { type: 'string', max: 64, optional: true, nullable: true } as const;

const EVERY_CALL: ValidationSchema = {
  userId: text,
  anonymousId: text,
  messageId: text,
  timestamp: time,
  sentAt: time,
  context: object,
};

const CALLS: Readonly<Record<EventType, ValidationSchema>> = {
  track: { event: requiredText, properties: object },
  page: { name: text, properties: object },
  screen: { name: text, properties: object },
  identify: { traits: object },
  group: { groupId: requiredText, traits: object },
  alias: { previousId: requiredText },
};

/** The calls, as `type` in a batch names them. */
export const EVENT_TYPES = Object.keys(CALLS) as readonly EventType[];

const NUMERIC_IDS = ['userId', 'anonymousId', 'messageId', 'groupId', 'previousId'] as const;

// fastest-validator is CommonJS whose export is both the class and its `default`.
const Validator = FastestValidator as unknown as typeof FastestValidator.default;

// The library would write the refused value into its messages, and so call a `toString` that the
// caller sent. Empty messages it leaves alone; `messageOf` has ours.
const NO_MESSAGES = Object.fromEntries(
  ['required', 'string', 'stringMin', 'stringMax', 'stringEmpty', 'object'].map((t) => [t, '']),
);

/** Compiles the validators. They change `body`: numeric ids become strings. */
export function compileEventShapes(): EventShapes {
  const validator = new Validator({ haltOnFirstError: true, messages: NO_MESSAGES });
  const shapes = EVENT_TYPES.map((type) => {
    const check = validator.compile({ ...EVERY_CALL, ...CALLS[type] }) as (
      value: unknown,
    ) => true | ValidationError[];
    return [type, shapeOf(check)] as const;
  });
  return Object.fromEntries(shapes) as unknown as EventShapes;
}

function shapeOf(check: (value: unknown) => true | ValidationError[]): Shape {
  return (body) => {
    for (const name of NUMERIC_IDS) {
      const id = body[name];
      if (typeof id === 'number') body[name] = String(id);
    }
    const result = check(body);
    if (result === true) return consentFault(body);
    const first = result[0]!;
    return { path: first.field, message: messageOf(first) };
  };
}

/** What is said of a wrong field: never its value. */
function messageOf(error: ValidationError): string {
  switch (error.type) {
    case 'required':
      return `'${error.field}' is required.`;
    case 'stringMin':
    case 'stringEmpty':
      return `'${error.field}' must not be empty.`;
    case 'stringMax':
      return `'${error.field}' may have ${error.expected} characters at most.`;
    case 'string':
      return `'${error.field}' must be a string.`;
    case 'object':
      return `'${error.field}' must be an object.`;
    default:
      return `'${error.field}' is not valid.`;
  }
}

/** `context.consent.categoryPreferences` is an object of booleans, where it is given. */
function consentFault(body: Body): JsonFault | null {
  const context = body.context as Body | null | undefined;
  const consent = own(context, 'consent');
  if (consent === undefined || consent === null) return null;
  const path = 'context.consent';
  if (!isObject(consent)) return { path, message: 'Consent must be an object.' };
  const preferences = own(consent, 'categoryPreferences');
  if (preferences === undefined || preferences === null) return null;
  const inner = `${path}.categoryPreferences`;
  if (!isObject(preferences)) return { path: inner, message: 'Preferences must be an object.' };
  for (const category in preferences) {
    if (typeof preferences[category] !== 'boolean') {
      return { path: `${inner}.${category}`, message: 'A preference must be true or false.' };
    }
  }
  return null;
}

function own(object: Body | null | undefined, key: string) {
  if (object === null || object === undefined || !Object.hasOwn(object, key)) return undefined;
  return object[key];
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
