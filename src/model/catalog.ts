// The compiled catalog: data plus closures, everything decided that can be decided at load.
// `catalog/` makes it from YAML; `engine/` indexes it (program.ts) and runs it.

import type { BudgetLimits } from './budget.ts';
import type { ChannelDefinition } from './channel.ts';
import type { CustomerEvent } from './event.ts';
import type { IdentifierRules } from './identity.ts';
import type { Path } from './path.ts';
import type { Recommending } from './recommending.ts';
import type { CapKind } from './state.ts';
import type { Condition, Expression, TreatmentRenderer } from './value.ts';

export type { Path, PathStep } from './path.ts';

/** Which events: names (track names or `$page` …), or any track, page or screen. */
export interface EventSelector {
  readonly any: boolean;
  readonly names: readonly string[];
}

export type FeatureKind =
  | 'count'
  | 'sum'
  | 'min'
  | 'max'
  | 'mean'
  | 'first'
  | 'last'
  | 'latest'
  | 'distinct'
  | 'recent'
  | 'affinity'
  | 'interval'
  | 'days'
  | 'trend'
  | 'formula';

/** What reading a feature yields, where it is known: `dyn` for values taken from events. */
export type FeatureType = 'number' | 'time' | 'duration' | 'list' | 'bool' | 'string' | 'dyn';

/** A declared feature. `slot` is its index in `Catalog.features`. */
export interface FeatureDefinition {
  readonly slot: number;
  readonly name: string;
  /** Hash of all that gives its stored value a meaning; two definitions alike share an id. */
  readonly id: string;
  readonly kind: FeatureKind;
  /** Of one value, or (with `by`, and for affinity) of each key's value. */
  readonly type: FeatureType;
  readonly on: EventSelector;
  /** First present one counts. Empty for count, first, last, interval, days, trend, formula. */
  readonly value: readonly Path[];
  /** null without `by`. First present one counts. */
  readonly by: readonly Path[] | null;
  readonly where: Condition | null;
  /** null = for ever. */
  readonly windowMs: number | null;
  /** affinity only, else 0. */
  readonly halfLifeMs: number;
  /** affinity: weight per event name, `*` for all others; empty otherwise, and for 1 each. */
  readonly weights: ReadonlyMap<string, number>;
  /** Keys (`by`, affinity), values (distinct) or items (recent) kept. */
  readonly keep: number;
  /** formula only. */
  readonly formula: Expression | null;
}

/** A condition, or a group: the first member that matches names it. `index` in Catalog.segments. */
export interface SegmentDefinition {
  readonly index: number;
  readonly name: string;
  readonly condition: Condition | null;
  /** null for a plain segment. */
  readonly members: readonly { readonly name: string; readonly condition: Condition }[] | null;
  /** Slots of stored features it reads, through formulas and other segments too. */
  readonly featureSlots: readonly number[];
  /** Whether it reads traits or consent (identify may change it). */
  readonly readsTraits: boolean;
}

/** What a trigger waits for that is no event. `id`: hash of all that gives it a meaning. */
export type TimeDefinition =
  /** Armed by `on`, by the event's own time; null = nothing cancels it. */
  | {
      readonly kind: 'absence';
      readonly id: '';
      readonly unless: EventSelector | null;
      readonly afterMs: number;
    }
  | {
      readonly kind: 'enter';
      readonly id: string;
      /** Index in Catalog.segments. */
      readonly segment: number;
      /** Of a group; null for a plain segment. */
      readonly member: string | null;
      readonly existing: boolean;
      readonly overMs: number;
    }
  /** Every year on the date that a trait holds, in the customer's timezone. */
  | {
      readonly kind: 'yearly';
      readonly id: string;
      readonly trait: Path;
      /** Of the day, ms. */
      readonly timeMs: number;
      readonly leadMs: number;
      readonly once: boolean;
    }
  | {
      readonly kind: 'dates';
      readonly id: string;
      readonly dates: readonly LocalDateTime[];
      readonly leadMs: number;
      readonly overMs: number;
    }
  | {
      readonly kind: 'predict';
      readonly id: string;
      /** Of the interval feature, which has keys. */
      readonly slot: number;
      readonly leadMs: number;
    };

/** An instant (epoch ms), or a wall clock of the customer's timezone, written as if it were UTC. */
export type LocalDateTime = { readonly atMs: number } | { readonly localMs: number };

export interface TriggerDefinition {
  /** Definition order (files by path). */
  readonly index: number;
  readonly name: string;
  /** What fires it, or arms it; selects nothing where time alone does. */
  readonly on: EventSelector;
  /** null = an event fires it, at once. */
  readonly time: TimeDefinition | null;
  readonly when: Condition | null;
  /** Placements to decide, in order. */
  readonly decide: readonly string[];
  /** Only one of them: the customer's preferred one that is allowed. */
  readonly oneOf: boolean;
  /** Offer ids allowed (tags already resolved); null = any. */
  readonly offers: ReadonlySet<string> | null;
  /** 0 = none. */
  readonly cooldownMs: number;
  /** null without `per`. */
  readonly per: Path | null;
  /**
   * Live events older than this do not fire; what time brings so late is missed. Default 1 h; 1 d where
   * time alone brings it.
   */
  readonly maxAgeMs: number;
  /** How long what time fired waits to be asked for, ms. Default 7 d. */
  readonly waitMs: number;
}

export interface CapDefinition {
  readonly max: number;
  /** null = for ever. */
  readonly windowMs: number | null;
  readonly of: CapKind;
}

/** How much of an offer there is for all customers together. */
export interface OfferBudget extends BudgetLimits {
  /** What one grant spends; null where money is not counted. */
  readonly each: Expression | null;
}

export interface OfferDefinition {
  /** Definition order. */
  readonly index: number;
  readonly name: string;
  readonly tags: readonly string[];
  /** Constants are expressions too; null = 1. */
  readonly propensity: Expression | null;
  readonly value: Expression | null;
  readonly context: Expression | null;
  readonly lever: Expression | null;
  /** Inclusive, epoch ms; null = no limit. */
  readonly startsAtMs: number | null;
  /** Exclusive, epoch ms; null = no limit. */
  readonly endsAtMs: number | null;
  readonly eligibility: Condition | null;
  readonly applicability: Condition | null;
  readonly suitability: Condition | null;
  /** Whether any of the three reads `firing.trigger`; absent = none does. */
  readonly asksTrigger?: boolean;
  readonly caps: readonly CapDefinition[];
  /** null = no end of it. */
  readonly budget: OfferBudget | null;
  readonly expires:
    | { readonly kind: 'after'; readonly ms: number }
    | { readonly kind: 'end_of_day' }
    | null;
  /** By placement. */
  readonly treatments: ReadonlyMap<string, TreatmentRenderer>;
}

export interface PlacementDefinition {
  readonly name: string;
  /** null = no channel: its decisions are no contacts. */
  readonly channel: string | null;
  readonly limit: number;
  /** Offer id; null = none. */
  readonly fallback: string | null;
  /** Parts in 10,000 held out: share · 100. */
  readonly holdout: number;
  /** Purpose that must be granted; null = none. */
  readonly consent: string | null;
  readonly when: Condition | null;
  /** null = none. */
  readonly quiet: QuietHours | null;
  /** Whose list is in its decisions, beside the offers; null = nobody's. */
  readonly recommend: string | null;
}

/** Of every day in the customer's timezone, ms of the day; `from` inclusive, over midnight if later than `to`. */
export interface QuietHours {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ContactRule {
  readonly max: number;
  /** null = for ever. */
  readonly windowMs: number | null;
  readonly channels: ReadonlySet<string>;
  /** Applies only when true; null = always. */
  readonly when: Condition | null;
}

/** What is wrong with an event under `events:`; null = nothing. */
export type EventCheck = (
  event: CustomerEvent,
) => { readonly path: string; readonly message: string } | null;

/** A whole catalog, validated and compiled. Immutable. */
export interface Catalog {
  readonly name: string;
  /** Content hash: what every decision records. */
  readonly hash: string;
  readonly timezone: string;
  /** Where a customer's own timezone is; null = everybody has the catalog's. */
  readonly customerTimezone: Path | null;
  readonly country: string | null;
  readonly currency: string | null;
  readonly identifiers: IdentifierRules;
  /** Purpose → granted by default. */
  readonly consent: ReadonlyMap<string, boolean>;
  /** By event name; events without an entry carry anything. */
  readonly events: ReadonlyMap<string, EventCheck>;
  readonly features: readonly FeatureDefinition[];
  readonly segments: readonly SegmentDefinition[];
  readonly triggers: readonly TriggerDefinition[];
  readonly offers: readonly OfferDefinition[];
  readonly placements: ReadonlyMap<string, PlacementDefinition>;
  /** By name, as placements name them; what has none answers in the response. */
  readonly channels: ReadonlyMap<string, ChannelDefinition>;
  readonly contactPolicy: readonly ContactRule[];
  /** null = nothing is recommended, and no items are kept. */
  readonly recommending: Recommending | null;
}
