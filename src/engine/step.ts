// Hot path. THE STEP, in order: duplicate? ─► can it be? (contract, placement, decision known) ─► what
// the call states (traits, consent, ids) ─► outcome ─► features ─► own items ─► segments ─► triggers ─►
// decisions.
// Pure: the same state, submission and inputs give the same result; the state given is unchanged.

import { type Grant, NO_GRANTS } from '../model/budget.ts';
import type { Decision, Firing } from '../model/decision.ts';
import { NO_DELIVERIES } from '../model/delivery.ts';
import {
  type CustomerEvent,
  type DecideRequest,
  isOfTime,
  type OutcomeReport,
} from '../model/event.ts';
import type { Inputs } from '../model/inputs.ts';
import { messageKey } from '../model/seen-messages.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import { adopt } from './carry.ts';
import { answerText } from './decide/answer.ts';
import { type Ask, triggersWithin } from './decide/ask.ts';
import { deliveriesOf } from './decide/deliveries.ts';
import { decideFired } from './decide/one-of.ts';
import { answerKept, isSeen, remember } from './deduplication.ts';
import { draftOf } from './draft.ts';
import { explainDecisions } from './explain-decisions.ts';
import { mergeConsent, mergeTraits, noteAlias } from './identify.ts';
import { countOutcome, isCounted } from './outcomes.ts';
import type { Program } from './program.ts';
import { noteItems } from './recommend/note-items.ts';
import { refusal } from './refusal.ts';
import { stepLook, stepTimer, timerOf } from './step-time.ts';
import {
  type Done,
  decideAll,
  NO_SLOTS,
  noteMemberships,
  pointScopes,
  type Stepping,
} from './stepping.ts';
import { cancel } from './timers/absence.ts';
import { putOffFired } from './timers/put-off-fired.ts';
import { adoptTime, NONE_ENTERED, timePassed, withEntered } from './timers/time-passed.ts';
import { fire, firingsOf } from './triggers.ts';
import { updateFeatures } from './update-features.ts';

/**
 * Steps a customer's state by one submission. Whose customer it is, the state says.
 * @param inputs all that the engine is given beside state and stimulus; recorded with decisions.
 * @param asked gets an ask for each decision, to explain them by; null = nobody wants to
 */
export function step(
  program: Program,
  state: CustomerState,
  submission: Submission,
  inputs: Inputs,
  asked: Ask[] | null = null,
): Stepped {
  const { stimulus } = submission;
  const message = messageKey(submission.messageId);
  // A question that counts nothing is not counted as a message either.
  const isMessage = submission.record && !isOfTime(stimulus);
  if (isMessage && isSeen(state, message, submission.receivedAtMs)) {
    return { kind: 'duplicate', answer: answerKept(state, message) };
  }
  const timer = stimulus.kind === 'timer' ? timerOf(state.timers, stimulus) : null;
  if (stimulus.kind === 'timer' && timer === null) return NOTHING_NEW;
  const nowMs = Math.max(submission.nowMs, state.asOfMs);
  const placements = submission.within?.placements ?? null;
  const refused = refusal(program, state, stimulus, nowMs, placements);
  if (refused !== null) return refused;
  // Nothing would change and nothing happened: no record is worth its place in the ledger.
  if (stimulus.kind === 'outcome' && isCounted(state, stimulus.outcome, nowMs)) return NOTHING_NEW;

  const draft = draftOf(state);
  draft.asOfMs = nowMs;
  draft.records = state.records + 1;
  adopt(program, state, draft, nowMs);
  const stepping = { program, state, draft, submission, inputs, asked };
  if (program.timed !== null && state.publication !== program.publication) {
    adoptTime(stepping, program.timed);
  }
  const done = timer === null ? stepStimulus(stepping) : stepTimer(stepping, timer);
  if (done === null) return NOTHING_NEW;
  const answer = answerText(done.decisions);
  // A timer leaves with the commit: that is how it counts once.
  if (done.due === null) remember(draft, message, submission.receivedAtMs, answer);
  return {
    kind: 'stepped',
    state: draft,
    firings: done.firings,
    decisions: done.decisions,
    grants: grantsOf(done.decisions),
    deliveries:
      program.streams === null
        ? NO_DELIVERIES
        : deliveriesOf(done.decisions, draft, submission, program.streams),
    answer,
    outcomeCounted: done.outcomeCounted,
    customerChanged: done.customerChanged,
    due: done.due,
  };
}

const NOTHING_NEW: Stepped = { kind: 'duplicate', answer: '[]' };
const NO_FIRINGS: readonly Firing[] = [];
const NO_DECISIONS: readonly Decision[] = [];

function stepStimulus(stepping: Stepping): Done | null {
  const { stimulus } = stepping.submission;
  switch (stimulus.kind) {
    case 'event':
      return stepEvent(stepping, stimulus.event, stimulus.outcome);
    case 'decide':
      return stepQuestion(stepping, stimulus.request);
    case 'outcome':
      return stepOutcome(stepping, stimulus.outcome);
    case 'timer':
      return null;
    case 'look':
      return stepLook(stepping, stimulus.dueAtMs);
  }
}

function stepQuestion(stepping: Stepping, request: DecideRequest): Done {
  const { program, draft, submission } = stepping;
  if (submission.naming === undefined) noteAlias(draft, request.userId, request.anonymousId);
  const consented = mergeConsent(draft, request.context, draft.asOfMs, program.counters);
  const scope = pointScopes(stepping, null);
  const customerChanged = noteMemberships(stepping, NO_SLOTS, consented, scope);
  const asks: Ask[] = [];
  for (const name of new Set(request.placements)) {
    const placement = program.placements.get(name)!;
    asks.push({
      placement,
      offers: placement.offers,
      firings: [],
      limit: request.limit,
      waiting: false,
    });
  }
  const made = decideAll(stepping, asks, scope);
  const decisions =
    request.explain === true ? explainDecisions(program, draft, asks, scope, made) : made;
  return { firings: NO_FIRINGS, decisions, outcomeCounted: false, customerChanged, due: null };
}

function stepOutcome(stepping: Stepping, report: OutcomeReport): Done {
  const { program, state, draft } = stepping;
  const outcomeCounted = countOutcome(program, draft, report, draft.asOfMs);
  // Only a new catalog can have changed memberships here: nothing they read did.
  const customerChanged =
    state.publication !== program.publication &&
    noteMemberships(stepping, NO_SLOTS, false, pointScopes(stepping, null));
  return unfired(outcomeCounted, customerChanged);
}

function stepEvent(stepping: Stepping, given: CustomerEvent, outcome: OutcomeReport | null): Done {
  const { program, draft, submission, inputs } = stepping;
  const { counters } = program;
  const nowMs = draft.asOfMs;
  const event = notLaterThan(given, nowMs);
  if (submission.naming === undefined) noteAlias(draft, event.userId, event.anonymousId);
  const stated = event.type === 'identify' && mergeTraits(draft, event, counters);
  const consented = mergeConsent(draft, event.context, event.timestampMs, counters);
  const outcomeCounted = outcome !== null && countOutcome(program, draft, outcome, nowMs);

  const concerned = program.concerned(event, outcome !== null);
  if (concerned.cancels.length > 0) cancel(draft, concerned.cancels, event);
  const changedSlots: number[] = [];
  if (concerned.features.length > 0) {
    const where = program.whereScope.point(draft, submission, event, inputs, nowMs);
    updateFeatures(draft, concerned.features, event, where, changedSlots);
  }
  if (program.interactions !== null) noteItems(draft, program.interactions, event);
  const scope = pointScopes(stepping, event);
  const changed = noteMemberships(stepping, changedSlots, stated || consented, scope);
  const customerChanged = changed || stated || consented;
  const entered =
    program.timed === null
      ? NONE_ENTERED
      : timePassed(stepping, changedSlots, stated || consented, scope);
  if (!submission.decide) {
    return unfired(outcomeCounted, customerChanged);
  }
  const placements = submission.within?.placements ?? null;
  const triggers =
    placements === null ? concerned.triggers : triggersWithin(concerned.triggers, placements);
  const byEvent = fire(program, draft, triggers, event, submission, scope);
  const fired =
    entered.length === 0 ? byEvent : withEntered(stepping, byEvent, entered, placements, scope);
  const now = fired.length === 0 ? fired : putOffFired(stepping, fired, event, placements, scope);
  const decisions = now.length === 0 ? NO_DECISIONS : decideFired(stepping, now, placements, scope);
  const firings = firingsOf(fired, nowMs);
  return { firings, decisions, outcomeCounted, customerChanged, due: null };
}

function unfired(outcomeCounted: boolean, customerChanged: boolean): Done {
  const firings = NO_FIRINGS;
  const decisions = NO_DECISIONS;
  return { firings, decisions, outcomeCounted, customerChanged, due: null };
}

/** All that the decisions take; nothing is made where they take nothing. */
function grantsOf(decisions: readonly Decision[]): readonly Grant[] {
  let grants = NO_GRANTS;
  for (let i = 0; i < decisions.length; i++) {
    const { grants: more } = decisions[i]!;
    if (more.length > 0) grants = grants.length === 0 ? more : [...grants, ...more];
  }
  return grants;
}

/** An event from the future happened now. Never copied on the hot path: the gateway sees to it. */
export function notLaterThan(event: CustomerEvent, nowMs: number): CustomerEvent {
  return event.timestampMs <= nowMs ? event : { ...event, timestampMs: nowMs };
}
