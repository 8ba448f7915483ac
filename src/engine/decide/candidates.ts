// Hot path. One offer's way from candidate to score: dates → eligibility → applicability →
// suitability → caps → contact policy → budget → arbitration. The first stage that refuses it ends it.

import type { Candidate, Reason, Stage } from '../../model/decision.ts';
import { murmur3 } from '../../model/hash.ts';
import { type Condition, doubleOf, type Expression, type Scope } from '../../model/value.ts';
import type { Counters } from '../counters.ts';
import type { StateScope } from '../scope.ts';
import type { OfferProgram } from './placements.ts';
import { passes } from './shared-tests.ts';

/** A candidate whose way is not over; becomes a Candidate of the decision as it is. */
export type OpenCandidate = { -readonly [K in keyof Candidate]: Candidate[K] };

/** A candidate that survived arbitration. */
export interface Survivor {
  readonly offer: OfferProgram;
  readonly candidate: OpenCandidate;
  readonly score: number;
  /** The firing that allows it; see Ask. */
  readonly firing: number;
  /** What it would spend of its budget, in hundredths. */
  readonly cents: number;
}

/** A candidate that ended at a stage. */
export function ended(offerId: string, stage: Stage, reason: Reason): OpenCandidate {
  return { offerId, stage, reason, score: null, terms: null };
}

/**
 * Why the offer's own rules refuse it now, as the candidate it then is, or null. Caps, contacts and
 * budgets are not among them.
 */
export function refusal(
  offer: OfferProgram,
  scope: StateScope,
  counters: Counters,
): Candidate | null {
  // What most end at is read from one object: the definitions of thousands are in no cache.
  const { refused } = offer;
  if (offer.isDated) {
    const { startsAtMs, endsAtMs } = offer.definition;
    if (startsAtMs !== null && scope.nowMs < startsAtMs) return refused.not_started;
    if (endsAtMs !== null && scope.nowMs >= endsAtMs) return refused.ended;
  }
  const { sharedEligibility } = offer;
  const isEligible =
    sharedEligibility === null
      ? holds(offer.eligibility, scope, counters)
      : passes(sharedEligibility, scope, counters);
  if (!isEligible) return refused.ineligible;
  const { applicability, suitability } = offer.definition;
  if (!holds(applicability, scope, counters)) return refused.not_applicable;
  if (!holds(suitability, scope, counters)) return refused.unsuitable;
  return null;
}

/** Whether a condition is absent or true; unknown is no match, and counted. */
export function holds(condition: Condition | null, scope: Scope, counters: Counters): boolean {
  if (condition === null) return true;
  const held = condition(scope);
  if (held === undefined) counters.conditionsUnknown++;
  return held === true;
}

/**
 * Priority = propensity × value × context × lever, into the candidate.
 * @returns false when the score is unknown, negative or not finite.
 */
export function score(candidate: OpenCandidate, offer: OfferProgram, scope: Scope): boolean {
  const { definition } = offer;
  const propensity = term(definition.propensity, scope);
  const value = term(definition.value, scope);
  const context = term(definition.context, scope);
  const lever = term(definition.lever, scope);
  const product = propensity * value * context * lever;
  if (!(product >= 0 && product < Number.POSITIVE_INFINITY)) {
    // What is known is shown, too: it is then clear which is at fault.
    candidate.terms = {
      propensity: known(propensity),
      value: known(value),
      context: known(context),
      lever: known(lever),
    };
    return false;
  }
  candidate.score = product;
  candidate.terms = { propensity, value, context, lever };
  return true;
}

function known(term: number): number | null {
  return Number.isFinite(term) ? term : null;
}

/** A factor: 1 when not stated, NaN when it is no number. */
function term(expression: Expression | null, scope: Scope): number {
  if (expression === null) return 1;
  return doubleOf(expression(scope)) ?? Number.NaN;
}

/**
 * Moves the best `count` survivors to the front, best first. Ties: the smaller
 * murmur3(id drawn with + ":" + offer), then definition order.
 */
export function rank(survivors: Survivor[], count: number, drawnAs: string): void {
  for (let place = 0; place < count && place < survivors.length - 1; place++) {
    let best = place;
    for (let i = place + 1; i < survivors.length; i++) {
      if (beats(survivors[i]!, survivors[best]!, drawnAs)) best = i;
    }
    const winner = survivors[best]!;
    survivors[best] = survivors[place]!;
    survivors[place] = winner;
  }
}

function beats(a: Survivor, b: Survivor, drawnAs: string): boolean {
  if (a.score !== b.score) return a.score > b.score;
  const hashA = murmur3(`${drawnAs}:${a.offer.definition.name}`);
  const hashB = murmur3(`${drawnAs}:${b.offer.definition.name}`);
  if (hashA !== hashB) return hashA < hashB;
  return a.offer.definition.index < b.offer.definition.index;
}
