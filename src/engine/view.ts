// A customer as `GET /v1/customers/{id}` shows it, evaluated at a moment. Not on the hot path.

import { OUTCOME_KINDS, type OutcomeKind } from '../model/event.ts';
import { type Inputs, NO_INPUTS } from '../model/inputs.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { CustomerState, RecentDecision } from '../model/state.ts';
import { Instant, type MaybeValue, Span } from '../model/value.ts';
import { isoTime } from './decide/answer.ts';
import type { Program } from './program.ts';

/** A decision of a customer's last ones, newest first in the view. */
export interface DecisionView {
  readonly decisionId: string;
  readonly placement: string;
  readonly trigger: string | null;
  readonly decidedAt: string | null;
  readonly fallback: boolean;
  readonly holdout: boolean;
  readonly offers: readonly {
    readonly offerId: string;
    readonly outcomes: readonly OutcomeKind[];
  }[];
}

/** The body of the answer, without `stateBytes`. */
export interface CustomerView {
  readonly customerId: string;
  readonly aliases: readonly string[];
  readonly traits: JsonObject;
  /** Times ISO 8601 UTC, lengths of time in seconds, absent null, `by` as an object. */
  readonly features: JsonObject;
  /** true or false; a group: its member's name or null. */
  readonly segments: { readonly [name: string]: boolean | string | null };
  /** The catalog's purposes and those the customer stated. */
  readonly consent: { readonly [purpose: string]: boolean };
  readonly recentDecisions: readonly DecisionView[];
}

/**
 * The view at a moment; never before the state's own clock.
 * @param inputs of a call whose context formulas and segments may read; none by default
 */
export function view(
  program: Program,
  state: CustomerState,
  nowMs: number,
  inputs: Inputs = NO_INPUTS,
): CustomerView {
  const atMs = Math.max(nowMs, state.asOfMs);
  const { catalog } = program;
  program.scope.before.point(state, null, null, inputs, atMs);
  const scope = program.scope.point(state, null, null, inputs, atMs);
  const features: JsonObject = {};
  for (const { name, slot } of catalog.features) features[name] = plain(scope.feature(slot));
  const segments: { [name: string]: boolean | string | null } = {};
  for (const { name, index } of catalog.segments) {
    const value = scope.segment(index);
    segments[name] = value === '' ? null : value;
  }
  const consent: { [purpose: string]: boolean } = {};
  for (const purpose of [...catalog.consent.keys(), ...state.consent.keys()]) {
    if (purpose !== '__proto__') consent[purpose] = scope.consent(purpose);
  }
  return {
    customerId: state.customerId,
    aliases: state.aliases,
    traits: plain(scope.traits()) as JsonObject,
    features,
    segments,
    consent,
    recentDecisions: state.decisions.map(decisionView).reverse(),
  };
}

function decisionView(decision: RecentDecision): DecisionView {
  return {
    decisionId: decision.decisionId,
    placement: decision.placement,
    trigger: decision.trigger,
    decidedAt: isoTime(decision.decidedAtMs),
    fallback: decision.fallback,
    holdout: decision.holdout,
    offers: decision.offerIds.map((offerId, i) => ({
      offerId,
      outcomes: OUTCOME_KINDS.filter((_, bit) => ((decision.outcomes[i] ?? 0) & (1 << bit)) !== 0),
    })),
  };
}

/** A value as JSON. */
export function plain(value: MaybeValue): JsonValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Instant) return isoTime(value.ms);
  if (value instanceof Span) return value.ms / 1_000;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => plain(item));
  const fields = value as { readonly [key: string]: MaybeValue };
  // Keys come from events: defined, never assigned, so that `__proto__` is a key like any other.
  const object: JsonObject = {};
  for (const key of Object.keys(fields)) {
    Object.defineProperty(object, key, {
      value: plain(fields[key]),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}
