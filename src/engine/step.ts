// Hot path. THE STEP, in order: duplicate? ─► known placement, known decision? ─► what the call
// states (traits, consent, ids) ─► outcome ─► features ─► segments ─► triggers ─► decisions.
// Pure: the same state, submission and inputs give the same result; the state given is unchanged.

import type { Decision, Firing } from '../model/decision.ts';
import type { CustomerEvent, OutcomeReport, Stimulus } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import { messageKey } from '../model/seen-messages.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import { adopt } from './carry.ts';
import { answerText } from './decide/answer.ts';
import { type Ask, asksOf } from './decide/ask.ts';
import { decide } from './decide/decide.ts';
import { answerKept, isSeen, remember } from './deduplication.ts';
import { type Draft, draftOf } from './draft.ts';
import { mergeConsent, mergeTraits, noteAlias } from './identify.ts';
import { countOutcome, isCounted, isKnown } from './outcomes.ts';
import type { Program } from './program.ts';
import type { StateScope } from './scope.ts';
import { membershipsAfter } from './segments.ts';
import { fire, firingsOf } from './triggers.ts';
import { updateFeatures } from './update-features.ts';

/**
 * Steps a customer's state by one submission.
 * @param inputs all that the engine was given beside state and stimulus; recorded with decisions.
 */
export function step(
  program: Program,
  state: CustomerState,
  submission: Submission,
  inputs: JsonObject,
): Stepped {
  const message = messageKey(submission.messageId);
  // A question that counts nothing is not counted as a message either.
  if (submission.record && isSeen(state, message, submission.receivedAtMs)) {
    return { kind: 'duplicate', answer: answerKept(state, message) };
  }
  const nowMs = Math.max(submission.nowMs, state.asOfMs);
  const refused = refusal(program, state, submission.stimulus, nowMs);
  if (refused !== null) return refused;
  // Nothing would change and nothing happened: no record is worth its place in the ledger.
  if (submission.stimulus.kind === 'outcome') {
    if (isCounted(state, submission.stimulus.outcome, nowMs)) return NOTHING_NEW;
  }

  const draft = draftOf(state);
  draft.asOfMs = nowMs;
  draft.records = state.records + 1;
  adopt(program, state, draft, nowMs);
  const done = process(program, state, draft, submission, inputs, nowMs);
  const answer = answerText(done.decisions);
  remember(draft, message, submission.receivedAtMs, answer);
  return {
    kind: 'stepped',
    state: draft,
    firings: done.firings,
    decisions: done.decisions,
    answer,
    outcomeCounted: done.outcomeCounted,
    customerChanged: done.customerChanged,
  };
}

interface Done {
  readonly firings: readonly Firing[];
  readonly decisions: readonly Decision[];
  readonly outcomeCounted: boolean;
  readonly customerChanged: boolean;
}

const NOTHING_NEW: Stepped = { kind: 'duplicate', answer: '[]' };
const NO_FIRINGS: readonly Firing[] = [];
const NO_DECISIONS: readonly Decision[] = [];
const NO_SLOTS: readonly number[] = [];
const NO_CONTEXT: JsonObject = {};

function process(
  program: Program,
  state: CustomerState,
  draft: Draft,
  submission: Submission,
  inputs: JsonObject,
  nowMs: number,
): Done {
  const { stimulus } = submission;
  switch (stimulus.kind) {
    case 'event':
      return stepEvent(program, state, draft, submission, stimulus.event, stimulus.outcome, inputs);
    case 'decide': {
      const { request } = stimulus;
      noteAlias(draft, request.userId, request.anonymousId);
      const consented = mergeConsent(draft, request.context, nowMs, program.counters);
      const scope = pointScopes(program, state, draft, null, request.context, nowMs);
      const changed = noteMemberships(program, state, draft, NO_SLOTS, consented, scope);
      const asks = request.placements.map((name) => {
        const placement = program.placements.get(name)!;
        return { placement, offers: placement.offers, firings: [], limit: request.limit };
      });
      const decisions = decideAll(program, draft, asks, scope, submission.messageId, inputs);
      return { firings: NO_FIRINGS, decisions, outcomeCounted: false, customerChanged: changed };
    }
    case 'outcome': {
      const counted = countOutcome(program, draft, stimulus.outcome, nowMs);
      // Only a new catalog can have changed memberships here: nothing they read did.
      let changed = false;
      if (state.publication !== program.publication) {
        const scope = pointScopes(program, state, draft, null, NO_CONTEXT, nowMs);
        changed = noteMemberships(program, state, draft, NO_SLOTS, false, scope);
      }
      return {
        firings: NO_FIRINGS,
        decisions: NO_DECISIONS,
        outcomeCounted: counted,
        customerChanged: changed,
      };
    }
  }
}

function stepEvent(
  program: Program,
  state: CustomerState,
  draft: Draft,
  submission: Submission,
  given: CustomerEvent,
  outcome: OutcomeReport | null,
  inputs: JsonObject,
): Done {
  const nowMs = draft.asOfMs;
  const event = notLaterThan(given, nowMs);
  const { counters } = program;
  noteAlias(draft, event.userId, event.anonymousId);
  const stated = event.type === 'identify' && mergeTraits(draft, event, counters);
  const consented = mergeConsent(draft, event.context, event.timestampMs, counters);
  const outcomeCounted = outcome !== null && countOutcome(program, draft, outcome, nowMs);

  const concerned = program.concerned(event, outcome !== null);
  const changedSlots: number[] = [];
  if (concerned.features.length > 0) {
    const where = program.whereScope.point(draft, event, event.context, nowMs);
    updateFeatures(draft, concerned.features, event, where, changedSlots);
  }
  const scope = pointScopes(program, state, draft, event, event.context, nowMs);
  const changed = noteMemberships(program, state, draft, changedSlots, stated || consented, scope);
  const customerChanged = changed || stated || consented;
  if (!submission.decide) {
    return { firings: NO_FIRINGS, decisions: NO_DECISIONS, outcomeCounted, customerChanged };
  }
  const fired = fire(program, draft, concerned.triggers, event, submission.live, scope);
  const decisions =
    fired.length === 0
      ? NO_DECISIONS
      : decideAll(program, draft, asksOf(fired), scope, submission.messageId, inputs);
  return { firings: firingsOf(fired, nowMs), decisions, outcomeCounted, customerChanged };
}

/** Turns the scope to the new state, and its `before` to the old one, at the same time. */
function pointScopes(
  program: Program,
  state: CustomerState,
  draft: Draft,
  event: CustomerEvent | null,
  context: JsonObject,
  nowMs: number,
): StateScope {
  program.scope.before.point(state, event, context, nowMs);
  return program.scope.point(draft, event, context, nowMs);
}

/** Writes the memberships. @returns whether they changed. */
function noteMemberships(
  program: Program,
  state: CustomerState,
  draft: Draft,
  changedSlots: readonly number[],
  traitsChanged: boolean,
  scope: StateScope,
): boolean {
  draft.memberships = membershipsAfter(
    program.segments,
    state.memberships,
    changedSlots,
    traitsChanged,
    state.publication !== program.publication,
    scope,
  );
  return draft.memberships !== state.memberships;
}

function decideAll(
  program: Program,
  draft: Draft,
  asks: readonly Ask[],
  scope: StateScope,
  messageId: string,
  inputs: JsonObject,
): readonly Decision[] {
  const decisions: Decision[] = [];
  for (const ask of asks) decisions.push(decide(program, draft, ask, scope, messageId, inputs));
  return decisions;
}

/** What can never succeed: a placement or a decision that is unknown. */
function refusal(
  program: Program,
  state: CustomerState,
  stimulus: Stimulus,
  nowMs: number,
): Stepped | null {
  if (stimulus.kind === 'decide') {
    for (const name of stimulus.request.placements) {
      if (!program.placements.has(name)) return unknownPlacement(program, name);
    }
    return null;
  }
  const { outcome } = stimulus;
  if (outcome === null || isKnown(state, outcome, nowMs)) return null;
  return {
    kind: 'refused',
    code: 'unknown_decision',
    message: 'The decision or offer was not given to this customer, or is too long ago.',
  };
}

function unknownPlacement(program: Program, name: string): Stepped {
  const known = [...program.placements.keys()].join(', ');
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return {
    kind: 'refused',
    code: 'unknown_placement',
    message: `The catalog has no placement "${shown}"; it has ${known === '' ? 'none' : known}.`,
  };
}

/** An event from the future happened now. Never copied on the hot path: the gateway sees to it. */
function notLaterThan(event: CustomerEvent, nowMs: number): CustomerEvent {
  return event.timestampMs <= nowMs ? event : { ...event, timestampMs: nowMs };
}
