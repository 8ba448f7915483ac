// Values of JSON as callers send it. A whole number beyond ±(2^53 − 1) is a bigint: a double would
// round it, so that neighbouring ids became one. It is an id to us, and so its digits are text where
// it is a key or is kept, in history and in answers; arithmetic takes it as the double that it was.
// Rejected: text from the start (a sum could not tell it from a text that came as one), and an
// object of our own (every question for objects would have to know it; a bigint is no object).

/** Objects are read by own property only (never through a prototype). */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | JsonObject;

/** A JSON object: event properties, traits, context. */
export interface JsonObject {
  [key: string]: JsonValue;
}
