import type { Grant } from './budget.ts';
import type { DeliveryTo } from './delivery.ts';
import type { Inputs } from './inputs.ts';
import type { JsonObject } from './json.ts';
import type { Recommendation, RecommendedItem } from './recommending.ts';
import type { FiringCause } from './timer.ts';

/** Where a candidate's way may end, in this order (CATALOG, Stages and reasons). */
export const STAGES = [
  ...(['placement', 'dates', 'eligibility', 'applicability', 'suitability', 'caps'] as const),
  ...(['contact_policy', 'budget', 'arbitration', 'holdout', 'limit'] as const),
] as const;

export type Stage = (typeof STAGES)[number];

/** Why it ended, with the stage that says so, and in words. */
export const REASONS = {
  no_consent: ['placement', 'the customer has not granted the `consent` of the placement'],
  placement_closed: ['placement', 'the placement’s `when` is not true, or it has its quiet hours'],
  not_started: ['dates', 'before the offer’s `starts`'],
  ended: ['dates', 'at or after its `ends`'],
  ineligible: ['eligibility', '`eligibility` is not true'],
  not_applicable: ['applicability', '`applicability` is not true'],
  unsuitable: ['suitability', '`suitability` is not true'],
  capped: ['caps', 'one of its caps is reached'],
  contact_policy: ['contact_policy', 'a contact rule allows no more contacts of the channel'],
  budget_exhausted: ['budget', 'its budget is spent'],
  score_unknown: ['arbitration', 'its score is unknown, negative or not finite'],
  holdout: ['holdout', 'it would have been chosen, but the customer is held out'],
  outranked: ['limit', 'others have a higher score, and there is no more room'],
  chosen: ['limit', 'it is in the answer'],
  fallback: ['limit', 'nothing was chosen, and it is the placement’s fallback'],
} as const satisfies Readonly<Record<string, readonly [stage: Stage, meaning: string]>>;

export type Reason = keyof typeof REASONS;

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
  /**
   * Set where somebody asks why (`explain`), never stored: the part of the condition that ended it,
   * as it is written, or the limit that it reached; null = there is none.
   */
  readonly clause?: string | null;
  /** With `clause`: the names whose value was missing, as they are written. */
  readonly unknown?: readonly string[];
}

/** An offer in an answer, with its treatment rendered for the placement. */
export interface ChosenOffer {
  readonly offerId: string;
  readonly treatment: JsonObject;
  /** Epoch ms until which it may be redeemed; null = no limit. */
  readonly expiresAtMs: number | null;
}

/** Why a list is not shown, in words. */
export const WITHHELD = {
  no_consent: REASONS.no_consent[1],
  placement_closed: REASONS.placement_closed[1],
  contact_policy: REASONS.contact_policy[1],
  holdout: 'the customer is held out',
  no_offer: 'it leaves with an offer, or answers what waited for a question, and there is none',
} as const;

export type Withheld = keyof typeof WITHHELD;

/** What became of the list of a placement that has one. */
export interface DecidedList {
  /** null = it was not made: the placement was closed, or the contact policy allowed nothing. */
  readonly made: Recommendation | null;
  /** null = it is in the answer. */
  readonly withheld: Withheld | null;
}

/** One answer for one placement. */
export interface Decision {
  readonly decisionId: string;
  readonly placement: string;
  /** The first firing trigger that allows the winner, else the first; null for `/v1/decide`. */
  readonly trigger: string | null;
  /** Content hash of the catalog that made it. */
  readonly catalog: string;
  readonly fallback: boolean;
  readonly holdout: boolean;
  readonly offers: readonly ChosenOffer[];
  /** null = the placement recommends nothing. */
  readonly list: DecidedList | null;
  readonly candidates: readonly Candidate[];
  /** What its offers take of their budgets. */
  readonly grants: readonly Grant[];
  readonly decidedAtMs: number;
  /** The chance with which this choice was made; 1 while arbitration is deterministic. */
  readonly loggingPropensity: number;
  /** All the engine was given beside state and stimulus. */
  readonly inputs: Inputs;
  /** It was made of what time had fired and what waited for the question. */
  readonly waiting: boolean;
  /** Where it goes beside its answer; null = nowhere. */
  readonly delivery: DeliveryTo | null;
}

const NO_ITEMS: readonly RecommendedItem[] = [];

/** What the answer has of the decision's list. */
export function shownItems({ list }: Pick<Decision, 'list'>): readonly RecommendedItem[] {
  return list === null || list.withheld !== null ? NO_ITEMS : (list.made?.items ?? NO_ITEMS);
}

/** One occurrence of a trigger becoming true. */
export interface Firing {
  readonly trigger: string;
  /** The `per` value, null without one. */
  readonly key: string | null;
  readonly firedAtMs: number;
  readonly cause: FiringCause;
  /** `missed` = it came too late to decide anything, or its trigger is gone. */
  readonly status: 'fired' | 'missed';
  /** When it should have been, epoch ms: what it fired at, of an event. */
  readonly dueAtMs: number;
}
