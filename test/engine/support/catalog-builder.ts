// Catalogs by hand: definitions with defaults, conditions as plain closures. What the catalog
// compiler makes of YAML is tested elsewhere; here only what the engine does with it counts.

import type {
  CapDefinition,
  Catalog,
  ContactRule,
  EventSelector,
  FeatureDefinition,
  OfferDefinition,
  Path,
  PlacementDefinition,
  SegmentDefinition,
  TriggerDefinition,
} from '../../../src/model/catalog.ts';
import { DEFAULT_IDENTIFIERS } from '../../../src/model/identity.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Condition, Expression } from '../../../src/model/value.ts';

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
/** 2026-11-22T10:00:00+08:00, a Sunday. */
export const START = Date.UTC(2026, 10, 22, 2);

type Named<T> = Partial<Omit<T, 'name' | 'slot' | 'index'>>;

export interface Parts {
  features?: Record<string, FeatureParts>;
  segments?: Record<string, Named<SegmentDefinition> | Condition>;
  triggers?: Record<string, TriggerParts>;
  offers?: Record<string, OfferParts>;
  placements?: Record<string, Named<PlacementDefinition>>;
  contactPolicy?: readonly ContactParts[];
  consent?: Record<string, boolean>;
  events?: Catalog['events'];
  hash?: string;
}

type FeatureParts = Omit<Named<FeatureDefinition>, 'on' | 'value' | 'by'> & {
  kind: FeatureDefinition['kind'];
  on?: string;
  value?: string;
  by?: string;
};

type TriggerParts = Omit<Named<TriggerDefinition>, 'on' | 'offers' | 'per'> & {
  on: string | readonly string[];
  offers?: readonly string[];
  per?: string;
};

type OfferParts = Omit<Named<OfferDefinition>, 'treatments' | 'propensity' | 'value'> & {
  treatments?: Record<string, JsonObject>;
  /** Placements with a treatment that names the offer. */
  in?: readonly string[];
  value?: number | Expression;
  propensity?: number | Expression;
};

type ContactParts = Omit<ContactRule, 'channels' | 'when'> & {
  channels: readonly string[];
  when?: Condition;
};

export function selector(on: string | readonly string[]): EventSelector {
  const names = typeof on === 'string' ? [on] : on;
  return { any: names.includes('*'), names: names.filter((name) => name !== '*') };
}

export function path(text: string): Path {
  const [root, ...keys] = text.split('.');
  const steps = keys.map((key) => ({ key: key.replace('[]', ''), each: key.endsWith('[]') }));
  return { root: root as Path['root'], steps, text };
}

export function catalogOf(parts: Parts): Catalog {
  return {
    name: 'test',
    hash: parts.hash ?? 'h1',
    timezone: 'Asia/Shanghai',
    customerTimezone: null,
    country: null,
    currency: null,
    identifiers: DEFAULT_IDENTIFIERS,
    consent: new Map(Object.entries(parts.consent ?? {})),
    events: parts.events ?? new Map(),
    features: Object.entries(parts.features ?? {}).map(([name, f], slot) => feature(name, slot, f)),
    segments: Object.entries(parts.segments ?? {}).map(([name, s], index) =>
      segment(name, index, typeof s === 'function' ? { condition: s } : s),
    ),
    triggers: Object.entries(parts.triggers ?? {}).map(([name, t], i) => trigger(name, i, t)),
    offers: Object.entries(parts.offers ?? {}).map(([name, o], index) => offer(name, index, o)),
    placements: new Map(
      Object.entries(parts.placements ?? {}).map(([name, p]) => [name, placement(name, p)]),
    ),
    channels: new Map(),
    contactPolicy: (parts.contactPolicy ?? []).map((rule) => ({
      ...rule,
      channels: new Set(rule.channels),
      when: rule.when ?? null,
    })),
    recommending: null,
  };
}

function feature(name: string, slot: number, parts: FeatureParts): FeatureDefinition {
  return {
    id: `${name}-id`,
    type: 'dyn',
    where: null,
    windowMs: null,
    halfLifeMs: 0,
    weights: new Map(),
    keep: 100,
    formula: null,
    ...parts,
    slot,
    name,
    on: selector(parts.on ?? '*'),
    value: parts.value === undefined ? [] : [path(parts.value)],
    by: parts.by === undefined ? null : [path(parts.by)],
  };
}

function segment(name: string, index: number, parts: Named<SegmentDefinition>): SegmentDefinition {
  return {
    condition: null,
    members: null,
    featureSlots: [],
    readsTraits: false,
    ...parts,
    index,
    name,
  };
}

function trigger(name: string, index: number, parts: TriggerParts): TriggerDefinition {
  return {
    when: null,
    decide: [],
    cooldownMs: 0,
    maxAgeMs: HOUR,
    ...{ time: null, oneOf: false, waitMs: 7 * 24 * HOUR },
    ...parts,
    index,
    name,
    on: selector(parts.on),
    offers: parts.offers === undefined ? null : new Set(parts.offers),
    per: parts.per === undefined ? null : path(parts.per),
  };
}

const number = (value: number | Expression | undefined): Expression | null =>
  typeof value === 'number' ? () => value : (value ?? null);

function offer(name: string, index: number, parts: OfferParts): OfferDefinition {
  const { in: placements, treatments, value, propensity, ...rest } = parts;
  const contents = new Map((placements ?? []).map((p): [string, JsonObject] => [p, { of: name }]));
  for (const [p, content] of Object.entries(treatments ?? {})) contents.set(p, content);
  return {
    tags: [],
    context: null,
    lever: null,
    startsAtMs: null,
    endsAtMs: null,
    budget: null,
    eligibility: null,
    applicability: null,
    suitability: null,
    caps: [],
    expires: null,
    ...rest,
    index,
    name,
    propensity: number(propensity),
    value: number(value),
    treatments: new Map([...contents].map(([p, content]) => [p, () => content])),
  };
}

function placement(name: string, parts: Named<PlacementDefinition>): PlacementDefinition {
  return {
    channel: null,
    limit: 1,
    fallback: null,
    holdout: 0,
    consent: null,
    when: null,
    quiet: null,
    recommend: null,
    ...parts,
    name,
  };
}

export const cap = (
  max: number,
  windowMs: number | null = null,
  of: CapDefinition['of'] = 'decision',
): CapDefinition => ({ max, windowMs, of });
