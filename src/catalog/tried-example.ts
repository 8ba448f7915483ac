// An example of the reference, as data: a test runs each through the compiler and the engine, and the
// page shows it. It stands beside the declaration that it is of.

import type { JsonObject, JsonValue } from '../model/json.ts';

/** One event of an example. */
export interface Sent {
  /** A track event's name, or `$identify`. */
  readonly event: string;
  /** Of `$identify`, its traits. */
  readonly properties?: JsonObject;
  /** A duration since the event before; the first is at 2026-11-22T10:00:00+08:00, a Sunday. */
  readonly after?: string;
  readonly context?: JsonObject;
}

export interface TriedExample {
  /** Sections of a catalog; `catalog` and `timezone: Asia/Shanghai` are added. */
  readonly catalog: string;
  readonly sends: readonly Sent[];
  /** Expressions just after the last event, and their values; null is unknown. */
  readonly values?: Readonly<Record<string, JsonValue>>;
  /** Placement → offers that the last event decided, their treatments where that matters. */
  readonly decided?: Readonly<Record<string, JsonValue>>;
  /** What is asked for once time has passed after the last event; `decided` is the answer. */
  readonly asked?: { readonly after: string; readonly placement: string };
  /** What the last event is refused for by `events:`. */
  readonly refused?: string;
}
