// The port of a catalog: what the pipeline and whoever sees to time and deliveries ask of the version in
// force. compose/bind-program.ts fills it from the engine.

import type { Folded } from './engine/fold/fold-states.ts';
import type { DuePlan } from './engine/timers/plan.ts';
import type { CustomerView } from './engine/view.ts';
import type { WholeView } from './engine/whole-view.ts';
import type { BudgetLimits } from './model/budget.ts';
import type { ChannelDefinition, WebhookChannel } from './model/channel.ts';
import type { Crowd } from './model/crowd/crowd.ts';
import type { InteractionRules } from './model/crowd/interactions.ts';
import type { OutboxEntry, Prepared } from './model/delivery.ts';
import type { EventExplanation } from './model/explanation.ts';
import type { IdentifierRules, MergeEntry } from './model/identity.ts';
import type { Inputs } from './model/inputs.ts';
import type { JsonValue } from './model/json.ts';
import type { Recommendation, RecommendRequest } from './model/recommending.ts';
import type { CustomerState } from './model/state.ts';
import type { Stepped, Submission } from './model/step.ts';

export type { DuePlan, Prepared };

/** A version of the catalog, bound to the engine. */
export interface CatalogVersion {
  readonly publication: number;
  /** Content hash of the catalog. */
  readonly hash: string;
  /** Definition ids of the features without keys that remember several values, newest first. */
  readonly recents: ReadonlySet<string>;
  /** `engine/step` bound to this catalog. Pure. */
  step(state: CustomerState, submission: Submission, inputs: Inputs): Stepped;
  /** `engine/explain-event` likewise: what an event would do. Not on the hot path. */
  explain(
    state: CustomerState,
    submission: Submission,
    inputs: Inputs,
  ): EventExplanation | Extract<Stepped, { kind: 'refused' }>;
  /** `engine/view` likewise: what callers see of a customer. Not on the hot path. */
  view(state: CustomerState, nowMs: number): CustomerView;
  /** `engine/whole-view` likewise: that, in words and under which names. */
  wholeView(state: CustomerState, nowMs: number): WholeView;
  /** Names of its placements, in definition order. */
  readonly placements: readonly string[];
  /** What kinds of names it knows. */
  readonly identifiers: IdentifierRules;
  /** Whose phone numbers may come without a country code; null = nobody's. */
  readonly country: string | null;
  /**
   * `engine/fold/fold-states` bound to this catalog: one customer's state folded into another's. Pure.
   * The result has `from` among its merges and one record more than `into`.
   */
  fold(into: CustomerState, from: CustomerState, merge: MergeEntry, clockMs: number): Folded;
  readonly time: CatalogTime;
  readonly recommending: CatalogRecommending;
  readonly deliveries: CatalogDeliveries;
  /** Offers that have a budget, in definition order. */
  readonly budgets: ReadonlyMap<string, BudgetLimits>;
  /** Number of the day of a time in the catalog's timezone. */
  dayOf(atMs: number): number;
}

/** What a version of the catalog makes of deliveries. All of it is pure. */
export interface CatalogDeliveries {
  /** By name. */
  readonly channels: ReadonlyMap<string, ChannelDefinition>;
  /**
   * What is to be sent for the customer as it is now, or why nothing is.
   * @param state of who the customer is by now
   */
  prepare(state: CustomerState, entry: OutboxEntry, nowMs: number): Prepared;
  /** Whether an endpoint's answer says that it took it. @param response its JSON; undefined = it is none */
  accepts(channel: WebhookChannel, response: JsonValue | undefined): boolean;
}

/** What a version of the catalog makes of items. All of it is pure. */
export interface CatalogRecommending {
  /** What is learned from; null = nothing is recommended. */
  readonly interactions: InteractionRules | null;
  /** Whether any placement has a list. */
  readonly isInPlacements: boolean;
  /** Names of its recommenders, in definition order. */
  readonly recommenders: readonly string[];
  /**
   * `engine/recommend` bound to this catalog.
   * @param crowd null = there is none here: a customer's own items, and what is declared, are there
   * @returns null = there is no such recommender
   */
  recommend(
    state: CustomerState,
    request: RecommendRequest,
    recommendationId: string,
    crowd: Crowd | null,
    nowMs: number,
  ): Recommendation | null;
}

/** What a version of the catalog makes of time. */
export interface CatalogTime {
  /** Whether any trigger waits for it. */
  readonly isAwaited: boolean;
  /** Ids of the definitions that customers who send nothing have to be visited for. */
  readonly visitIds: readonly string[];
  /** `engine/timers/plan` bound to this catalog: what it brings a customer now, and when it does next. */
  plan(state: CustomerState, nowMs: number): DuePlan;
  nextDueMs(state: CustomerState): number;
  /** The message that armed what keeps this event (Timer.event); null = none did. */
  armedBy(event: string): string | null;
}
