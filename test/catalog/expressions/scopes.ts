// A scope made of plain data, and the names that go with it.

import { expect } from 'vitest';
import {
  compileExpression,
  type ExpressionFault,
  type ExpressionNames,
} from '../../../src/catalog/expressions/compile.ts';
import type { FeatureType } from '../../../src/model/catalog.ts';
import { bucket } from '../../../src/model/hash.ts';
import type { MaybeValue, Scope, Value } from '../../../src/model/value.ts';

export const NOW = Date.parse('2026-11-22T10:00:00Z');

const FEATURES: Readonly<Record<string, readonly [FeatureType, boolean]>> = {
  orders: ['number', false],
  orders_90d: ['number', false],
  spend_90d: ['number', false],
  first_order: ['time', false],
  last_order: ['time', false],
  order_gap: ['number', true],
  last_store: ['dyn', false],
  recent_products: ['list', false],
  views_of_product: ['number', true],
  bought_category: ['number', true],
  brand_of_type: ['dyn', true],
  category_affinity: ['number', true],
  points_earned: ['number', false],
  points_spent: ['number', false],
};

const slots = Object.keys(FEATURES);

/** The names of a small retail catalog; everything is in scope. */
export function namesWith(changes: Partial<ExpressionNames> = {}): ExpressionNames {
  return {
    features: new Map(
      slots.map((name, slot) => [
        name,
        { slot, type: FEATURES[name]![0], keyed: FEATURES[name]![1] },
      ]),
    ),
    segments: new Map([
      ['vip', { index: 0, members: null }],
      ['lapsed', { index: 1, members: null }],
      ['lifecycle', { index: 2, members: ['new', 'loyal', 'at_risk'] }],
    ]),
    purposes: new Set(['marketing', 'personalization']),
    placements: new Set(['web_popup', 'app_home']),
    triggers: new Set(['birthday']),
    event: true,
    before: true,
    firing: true,
    message: null,
    timezone: 'Asia/Shanghai',
    ...changes,
  };
}

export interface ScopeData {
  readonly features?: Readonly<Record<string, Value>>;
  readonly traits?: Readonly<Record<string, Value>>;
  readonly segments?: Readonly<Record<string, boolean | string>>;
  readonly consent?: Readonly<Record<string, boolean>>;
  readonly event?: Readonly<Record<string, Value>>;
  readonly context?: Readonly<Record<string, Value>>;
  readonly firingKey?: string;
  readonly firingTrigger?: string;
  readonly before?: ScopeData;
  readonly nowMs?: number;
}

const SEGMENTS = ['vip', 'lapsed', 'lifecycle'];

/** A scope over plain data; `calls` counts what was read, for tests of what is not. */
export function scopeOf(data: ScopeData = {}): Scope & { readonly calls: string[] } {
  const calls: string[] = [];
  const feature = (slot: number): MaybeValue => data.features?.[slots[slot]!];
  return {
    calls,
    nowMs: data.nowMs ?? NOW,
    drawnAs: 'c1',
    event: data.event,
    context: data.context ?? {},
    firingKey: data.firingKey,
    firingTrigger: data.firingTrigger,
    message: undefined,
    trait: (name) => {
      const traits = data.traits ?? {};
      return Object.hasOwn(traits, name) ? traits[name] : undefined;
    },
    traits: () => data.traits ?? {},
    feature: (slot) => {
      calls.push('feature');
      return feature(slot);
    },
    featureAt: (slot, key) => {
      calls.push('featureAt');
      const map = feature(slot) as Record<string, Value> | undefined;
      if (map !== undefined && Object.hasOwn(map, key)) return map[key];
      return FEATURES[slots[slot]!]![0] === 'number' ? 0 : undefined;
    },
    top: (slot) => Object.keys((feature(slot) as object | undefined) ?? {}).sort()[0],
    segment: (index) => data.segments?.[SEGMENTS[index]!] ?? (index === 2 ? '' : false),
    consent: (purpose) => data.consent?.[purpose] ?? false,
    inHoldout: (placement) => bucket(placement, 'c1', 2) === 0,
    get before() {
      return scopeOf(data.before ?? {});
    },
  };
}

/** The value of a source that has no faults. */
export function evaluate(source: string, data: ScopeData = {}, names = namesWith()): MaybeValue {
  const compiled = compileExpression(source, names);
  if (!compiled.ok) expect.fail(`${source}: ${compiled.faults[0]?.message}`);
  return compiled.run(scopeOf(data));
}

/** The faults of a source; fails when there are none. */
export function faultsOf(source: string, names = namesWith()): readonly ExpressionFault[] {
  const compiled = compileExpression(source, names);
  if (compiled.ok) expect.fail(`${source} has no fault`);
  return compiled.faults;
}
