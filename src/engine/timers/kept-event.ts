// The event that armed a timer, as text in the state: what conditions and templates may ask of it when
// the timer fires. Bounded, since a state holds many: what offers ask for least goes first, the context,
// then traits, then the longest properties.

import type { CustomerEvent } from '../../model/event.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { jsonAsSent } from '../../model/json-text.ts';
import { withLongNumbers } from '../../model/long-numbers.ts';
import { TIMER_CONTEXT_CHARS_MAX, TIMER_EVENT_CHARS_MAX } from '../limits.ts';

/** An event with what its submission said of it. */
export interface KeptEvent {
  readonly event: CustomerEvent;
  readonly messageId: string;
  readonly receivedAtMs: number;
}

/** As text for Timer.event. */
export function keptEvent(kept: KeptEvent): string {
  const { event } = kept;
  const hasContext = jsonAsSent(event.context).length <= TIMER_CONTEXT_CHARS_MAX;
  const bare = { ...event, context: {} };
  for (const less of [hasContext ? event : bare, bare, { ...bare, traits: {} }]) {
    const text = textOf({ ...kept, event: less });
    if (text.length <= TIMER_EVENT_CHARS_MAX) return text;
  }
  return textOf({ ...kept, event: { ...bare, traits: {}, properties: shortest(kept, bare) } });
}

/** null for ''. */
export function readKeptEvent(text: string): KeptEvent | null {
  return text === '' ? null : (withLongNumbers(JSON.parse(text), text) as KeptEvent);
}

/** As many properties as fit, the shortest first. */
function shortest(kept: KeptEvent, bare: CustomerEvent): JsonObject {
  const lengths = Object.entries(bare.properties).map(([name, value]): [string, number] => [
    name,
    jsonAsSent({ [name]: value }).length,
  ]);
  lengths.sort(([, a], [, b]) => a - b);
  const properties: { [name: string]: JsonValue } = {};
  const alone = textOf({ ...kept, event: { ...bare, traits: {}, properties: {} } });
  let left = TIMER_EVENT_CHARS_MAX - alone.length;
  for (const [name, length] of lengths) {
    left -= length;
    if (left < 0) break;
    Object.defineProperty(properties, name, {
      ...{ value: bare.properties[name]!, enumerable: true, configurable: true, writable: true },
    });
  }
  return properties;
}

function textOf(kept: KeptEvent): string {
  return jsonAsSent(kept as unknown as JsonObject);
}
