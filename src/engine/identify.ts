// What a call states about the customer: traits (identify), consent (any call), other ids. The
// later event time wins, whatever the order of arrival; a removal stays as a tombstone, so that an
// older identify that comes late does not bring the trait back.

import type { CustomerEvent } from '../model/event.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { jsonText } from '../model/json-text.ts';
import type { ConsentChoice, Trait } from '../model/state.ts';
import type { Counters } from './counters.ts';
import type { Draft } from './draft.ts';
import {
  ALIASES_MAX,
  CONSENT_NAME_MAX,
  CONSENTS_MAX,
  TRAIT_CHARS_MAX,
  TRAIT_NAME_MAX,
  TRAITS_CHARS_MAX,
  TRAITS_MAX,
} from './limits.ts';

/**
 * Records `anonymous:<id>` as an alias when both ids were given; the oldest of 16 leaves. For callers
 * that do not say what is named: else names are linked, before anything is stepped.
 */
export function noteAlias(draft: Draft, userId: string | null, anonymousId: string | null): void {
  if (userId === null || anonymousId === null) return;
  const alias = `anonymous:${anonymousId}`;
  if (alias === draft.customerId || draft.aliases.includes(alias)) return;
  draft.aliases = [
    ...draft.aliases.slice(Math.max(0, draft.aliases.length + 1 - ALIASES_MAX)),
    alias,
  ];
}

/** Merges the traits of an identify. @returns whether a trait's value changed. */
export function mergeTraits(draft: Draft, event: CustomerEvent, counters: Counters): boolean {
  let next: Map<string, Trait> | null = null;
  let changed = false;
  for (const name of Object.keys(event.traits)) {
    const value = event.traits[name]!;
    if (!keepable(name, value)) {
      counters.traitsDropped++;
      continue;
    }
    next ??= new Map(draft.traits);
    const known = next.get(name);
    if (known !== undefined && known.atMs > event.timestampMs) continue;
    if (!sameJson(known?.value ?? null, value)) changed = true;
    // Deleted first: the map's order is the order of statements, and the oldest leaves.
    next.delete(name);
    next.set(name, { value, atMs: event.timestampMs });
  }
  if (next === null) return false;
  boundTraits(next, counters);
  draft.traits = next;
  return changed;
}

/**
 * Merges `context.consent.categoryPreferences`, which any call may carry.
 * @returns whether a choice changed.
 */
export function mergeConsent(
  draft: Draft,
  context: JsonObject,
  atMs: number,
  counters: Counters,
): boolean {
  const preferences = preferencesOf(context);
  if (preferences === null) return false;
  let next: Map<string, ConsentChoice> | null = null;
  let changed = false;
  for (const purpose of Object.keys(preferences)) {
    const granted = preferences[purpose];
    if (typeof granted !== 'boolean') continue;
    if (purpose.length > CONSENT_NAME_MAX) {
      counters.traitsDropped++;
      continue;
    }
    const known = (next ?? draft.consent).get(purpose);
    if (known !== undefined && known.atMs > atMs) continue;
    // The same choice again is noted only in its time: it must outlive older, later arrivals.
    if (known?.granted !== granted) changed = true;
    else if (known.atMs === atMs) continue;
    next ??= new Map(draft.consent);
    next.delete(purpose);
    next.set(purpose, { granted, atMs });
  }
  if (next === null) return false;
  while (next.size > CONSENTS_MAX) {
    next.delete(next.keys().next().value!);
    counters.traitsDropped++;
  }
  draft.consent = next;
  return changed;
}

function preferencesOf(context: JsonObject): JsonObject | null {
  const consent = own(context, 'consent');
  if (!isObject(consent)) return null;
  const preferences = own(consent, 'categoryPreferences');
  return isObject(preferences) ? preferences : null;
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keepable(name: string, value: JsonValue): boolean {
  // Never through a prototype: an object built from traits could not hold this key.
  if (name === '__proto__' || name.length > TRAIT_NAME_MAX) return false;
  return charsOf(value) <= TRAIT_CHARS_MAX;
}

/** Removes what is over the limits: tombstones first, then the least recently stated traits. */
export function boundTraits(traits: Map<string, Trait>, counters: Counters): void {
  let chars = 0;
  for (const [name, trait] of traits) chars += name.length + charsOf(trait.value);
  while (traits.size > TRAITS_MAX || chars > TRAITS_CHARS_MAX) {
    const name = oldestTombstone(traits) ?? traits.keys().next().value!;
    chars -= name.length + charsOf(traits.get(name)!.value);
    if (traits.get(name)!.value !== null) counters.traitsDropped++;
    traits.delete(name);
  }
}

function oldestTombstone(traits: ReadonlyMap<string, Trait>): string | null {
  for (const [name, trait] of traits) if (trait.value === null) return name;
  return null;
}

function charsOf(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'bigint') return String(value).length + 2;
  return typeof value === 'object' && value !== null ? jsonText(value).length : 8;
}

/** Whether two values are the same as JSON. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return jsonText(a) === jsonText(b);
}
