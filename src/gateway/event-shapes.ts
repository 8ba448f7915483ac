// Hot path. Whether an event has the shape of its Segment call, by validators compiled once
// (fastest-validator: 70 ns an event). The same shapes for people and tools are the zod schemas in
// openapi/; a test holds the two together.

import type { ValidationError, ValidationSchema } from 'fastest-validator';
import FastestValidator from 'fastest-validator';
import type { EventType } from '../model/event.ts';
import { consentFault } from './consent-fault.ts';
import { CALL_OBJECTS, readEmptyMaps } from './empty-map.ts';
import type { Body } from './gateway-parts.ts';
import type { JsonFault } from './json-cleaner.ts';
import { CALL_IDS, textualIds } from './numeric-id.ts';

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

const IDS = [...CALL_IDS, 'groupId', 'previousId'];

// fastest-validator is CommonJS whose export is both the class and its `default`.
const Validator = FastestValidator as unknown as typeof FastestValidator.default;

// The library would write the refused value into its messages, and so call a `toString` that the
// caller sent. Empty messages it leaves alone; `messageOf` has ours.
const NO_MESSAGES = Object.fromEntries(
  ['required', 'string', 'stringMin', 'stringMax', 'stringEmpty', 'object'].map((t) => [t, '']),
);

/** Compiles the validators. They change `body`: ids become strings, empty lists objects. */
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
    const inexact = textualIds(body, IDS);
    if (inexact !== null) return inexact;
    readEmptyMaps(body, CALL_OBJECTS);
    const result = check(body);
    if (result === true) return consentFault(body.context);
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
