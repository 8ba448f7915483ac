// Hot path. Whether a context states consent in the shape that is documented. What has another shape
// would be ignored by the engine, and a customer's choice must not get lost without a word.

import type { JsonObject, JsonValue } from '../model/json.ts';
import { isEmptyList } from './empty-map.ts';
import type { JsonFault } from './json-cleaner.ts';

/** `consent.categoryPreferences` of a context is an object of booleans, where it is given. */
export function consentFault(context: JsonValue | undefined): JsonFault | null {
  const consent = own(context, 'consent');
  if (consent === undefined || consent === null || isEmptyList(consent)) return null;
  const path = 'context.consent';
  if (!isObject(consent)) return { path, message: 'Consent must be an object.' };
  const preferences = own(consent, 'categoryPreferences');
  if (preferences === undefined || preferences === null || isEmptyList(preferences)) return null;
  const inner = `${path}.categoryPreferences`;
  if (!isObject(preferences)) return { path: inner, message: 'Preferences must be an object.' };
  for (const category in preferences) {
    if (typeof preferences[category] !== 'boolean') {
      return { path: `${inner}.${category}`, message: 'A preference must be true or false.' };
    }
  }
  return null;
}

function own(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
