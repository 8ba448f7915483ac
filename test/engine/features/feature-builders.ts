// Definitions, events and scopes with defaults, for tests of features.

import type { FeatureRuntime } from '../../../src/engine/features/features.ts';
import type { FeatureDefinition, Path } from '../../../src/model/catalog.ts';
import type { CustomerEvent } from '../../../src/model/event.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import type { Scope } from '../../../src/model/value.ts';

/** Settable, so that a failure can be run again: `PROFFER_TEST_SEED=… npx vitest run …`. */
export const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);

/** Says the seed once per file. */
export function sayWhichSeed(): void {
  console.info(`PROFFER_TEST_SEED=${SEED}`);
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Sunday noon in Shanghai. */
export const NOON = Date.UTC(2026, 10, 22, 4);

/** `properties.products[].brand` as a prepared path. */
export function path(text: string): Path {
  const [root, ...steps] = text.split('.');
  return {
    root: root as Path['root'],
    steps: steps.map((step) => ({ key: step.replace('[]', ''), each: step.endsWith('[]') })),
    text,
  };
}

export function define(
  over: Partial<Omit<FeatureDefinition, 'value' | 'by'>> & {
    kind: FeatureDefinition['kind'];
    value?: readonly string[];
    by?: readonly string[] | null;
  },
): FeatureDefinition {
  return {
    slot: 0,
    name: 'feature',
    id: 'id',
    type: 'number',
    on: { any: true, names: [] },
    where: null,
    windowMs: null,
    halfLifeMs: 0,
    weights: new Map(),
    keep: over.kind === 'distinct' ? 256 : 100,
    formula: null,
    ...over,
    value: (over.value ?? []).map(path),
    by: over.by?.map(path) ?? null,
  };
}

export function event(
  timestampMs: number,
  properties: JsonObject = {},
  over: Partial<CustomerEvent> = {},
): CustomerEvent {
  return {
    type: 'track',
    name: 'Order Completed',
    userId: 'u1',
    anonymousId: null,
    timestampMs,
    properties,
    traits: {},
    context: {},
    label: null,
    ...over,
  };
}

/** A scope in which only the event and the time can be asked. */
export function scopeOf(of: CustomerEvent, nowMs: number): Scope {
  return { nowMs, event: { properties: of.properties } } as unknown as Scope;
}

/** The stored value after events that all arrive at `nowMs`. */
export function run(
  feature: FeatureRuntime,
  happened: readonly (readonly [JsonObject, number])[],
  nowMs = NOON,
  before: FeatureValue = null,
): FeatureValue {
  let value = before;
  for (const [properties, atMs] of happened) {
    const one = event(atMs, properties);
    value = feature.update(value, one, scopeOf(one, nowMs), nowMs);
  }
  return value;
}
