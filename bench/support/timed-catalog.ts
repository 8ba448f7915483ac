// A small catalog with a trigger that an event arms and another cancels, beside features that every event
// of the benches moves: what is compared differs in nothing else.

import type { JsonObject } from '../../src/model/json.ts';
import { eventOf } from '../../test/customers/shop.ts';

export const HOUR_MS = 3_600_000;

const FEATURES = `catalog: bench
features:
  all: { count: "*" }
  viewed: { count: "*", by: properties.product_id }
  all_7d: { count: "*", window: 7d }
  loves: { affinity: properties.category, of: { Looked: 1, Waited: 1, Came: 1 }, half_life: 7d }
segments:
  keen: all_7d >= 3
triggers:
  third: { on: Looked, when: all_7d == 1000000, decide: app }
offers:
  gift: { caps: [{ max: 1, window: 7d }], treatments: { app: { title: Gift } } }
placements:
  app: { channel: app }
`;

/** Without a trigger of time. */
export const TIMELESS = FEATURES;
/** An hour after Waited, unless Came. */
export const TIMED = FEATURES.replace(
  'triggers:\n',
  'triggers:\n  waits: { on: Waited, unless: Came, after: 1h, decide: app }\n',
);

/** What happens to nothing, arms (or moves) a timer, and cancels it. */
export type Happening = 'Looked' | 'Waited' | 'Came';

/** @param serial another for each event @param timestampMs when it happened; absent = now */
export function happened(
  what: Happening,
  customer: number,
  serial: number,
  atMs: number,
  timestampMs = atMs,
) {
  const properties: JsonObject = {
    product_id: `p${customer % 7}`,
    category: `c${customer % 5}`,
    price: serial % 90,
  };
  const messageId = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return eventOf({ user: `user-${customer}` }, what, { messageId, properties, atMs, timestampMs });
}
