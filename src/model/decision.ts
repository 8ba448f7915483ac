import type { JsonObject } from './json.ts';

/** Where a candidate's way ended (CATALOG, Stages and reasons). */
export type Stage =
  | 'placement'
  | 'dates'
  | 'eligibility'
  | 'applicability'
  | 'suitability'
  | 'caps'
  | 'contact_policy'
  | 'budget'
  | 'arbitration'
  | 'holdout'
  | 'limit';

/** Why it ended there. `chosen`, `outranked` and `fallback` have the stage `limit`. */
export type Reason =
  | 'no_consent'
  | 'placement_closed'
  | 'not_started'
  | 'ended'
  | 'ineligible'
  | 'not_applicable'
  | 'unsuitable'
  | 'capped'
  | 'contact_policy'
  | 'budget_exhausted'
  | 'score_unknown'
  | 'holdout'
  | 'outranked'
  | 'chosen'
  | 'fallback';

/** The factors of priority = propensity × value × context × lever; null for one that is no number. */
export interface ScoreTerms {
  readonly propensity: number | null;
  readonly value: number | null;
  readonly context: number | null;
  readonly lever: number | null;
}

/** One offer that was considered, and what became of it. */
export interface Candidate {
  readonly offerId: string;
  readonly stage: Stage;
  readonly reason: Reason;
  /** null where it did not come to arbitration or could not be scored. */
  readonly score: number | null;
  readonly terms: ScoreTerms | null;
}

/** An offer in an answer, with its treatment rendered for the placement. */
export interface ChosenOffer {
  readonly offerId: string;
  readonly treatment: JsonObject;
  /** Epoch ms until which it may be redeemed; null = no limit. */
  readonly expiresAtMs: number | null;
}

/** One answer for one placement. */
export interface Decision {
  readonly decisionId: string;
  readonly customerId: string;
  readonly messageId: string;
  readonly placement: string;
  /** The first firing trigger that allows the winner, else the first; null for `/v1/decide`. */
  readonly trigger: string | null;
  /** Content hash of the catalog that made it. */
  readonly catalog: string;
  readonly fallback: boolean;
  readonly holdout: boolean;
  readonly offers: readonly ChosenOffer[];
  readonly candidates: readonly Candidate[];
  readonly decidedAtMs: number;
  /** The chance with which this choice was made; 1 while arbitration is deterministic. */
  readonly loggingPropensity: number;
  /** All the engine was given beside state and event; recorded for replay. */
  readonly inputs: JsonObject;
}

/** One occurrence of a trigger becoming true. */
export interface Firing {
  readonly trigger: string;
  /** The `per` value, null without one. */
  readonly key: string | null;
  readonly firedAtMs: number;
}
