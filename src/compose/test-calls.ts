// What a customer of a catalog's test sends, as a gateway reads it.

import type { Given, TestEvent } from '../catalog-tests/catalog-test.ts';
import type { CallNames } from '../gateway/call-names.ts';
import { type Envelope, EventReader } from '../gateway/event-reader.ts';
import type { JsonObject } from '../model/json.ts';
import { jsonText } from '../model/json-text.ts';
import type { Submission } from '../model/step.ts';

/** A group that a test joins without saying which. */
const SOME_GROUP = 'some-group';

/** The reader looks closely at texts that came with escapes: YAML has them, too. */
const MAY_HAVE_ESCAPES = '\\u';

/** A call that no gateway would take, and what it would say. */
export interface RefusedCall {
  readonly kind: 'refused';
  readonly message: string;
}

/** The calls of one customer. */
export class TestCalls {
  /** The id that holdouts and `bucket` go by. */
  readonly customerId: string;
  /** What lies under the context of every call. */
  readonly context: JsonObject;
  private readonly who: JsonObject;
  private readonly contextBytes: number;
  private readonly reader: EventReader;
  private calls = 0;

  /** @param somebody the user id of whom nobody names */
  constructor(names: CallNames, { userId, anonymousId, context }: Given, somebody: string) {
    const named = userId === null && anonymousId === null ? somebody : userId;
    this.who = {
      ...(named === null ? {} : { userId: named }),
      ...(anonymousId === null ? {} : { anonymousId }),
    };
    this.customerId = named === null ? `anonymous:${anonymousId}` : (names.idOf(named) ?? named);
    this.context = context;
    this.contextBytes = jsonText(context).length;
    this.reader = new EventReader(names);
  }

  /** What is known before the first event, as a call that states it. */
  given({ traits, consent }: Given, nowMs: number): Submission | RefusedCall {
    const context = { consent: { categoryPreferences: Object.fromEntries(consent) } };
    return this.read({ type: 'identify', traits, context }, nowMs, null);
  }

  event(sent: TestEvent, context: JsonObject, nowMs: number): Submission | RefusedCall {
    return this.read({ ...callOf(sent), context }, nowMs, this.context);
  }

  /** Unlike any other of the customer's. */
  nextMessageId(): string {
    return `test-${this.calls++}`;
  }

  private read(
    call: JsonObject,
    nowMs: number,
    context: JsonObject | null,
  ): Submission | RefusedCall {
    const envelope: Envelope = {
      receivedAtMs: nowMs,
      text: MAY_HAVE_ESCAPES,
      context,
      contextBytes: context === null ? 0 : this.contextBytes,
      sentAtMs: null,
      live: true,
      decide: true,
    };
    const body = { ...call, ...this.who, messageId: this.nextMessageId() };
    const read = this.reader.readTyped(body, envelope);
    return 'stimulus' in read ? read : { kind: 'refused', message: read.message };
  }
}

/** The call of Segment that an event of a test is. */
function callOf({ name, carried }: TestEvent): JsonObject {
  switch (name) {
    case '$page':
      return { type: 'page', properties: carried };
    case '$screen':
      return { type: 'screen', properties: carried };
    case '$identify':
      return { type: 'identify', traits: carried };
    case '$group': {
      const { groupId } = carried;
      return { type: 'group', groupId: groupId ?? SOME_GROUP, traits: carried };
    }
    default:
      return { type: 'track', event: name, properties: carried };
  }
}
