/** What `JSON.parse` can return. Objects are read by own property only (never through a prototype). */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object: event properties, traits, context. */
export interface JsonObject {
  [key: string]: JsonValue;
}
