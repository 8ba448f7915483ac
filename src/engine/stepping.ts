// Hot path. One step under way, and what steps of every kind have in common.

import type { Decision, Firing } from '../model/decision.ts';
import type { CustomerEvent } from '../model/event.ts';
import { decisionId } from '../model/hash.ts';
import type { Inputs } from '../model/inputs.ts';
import type { CustomerState } from '../model/state.ts';
import type { DueTimer, Submission } from '../model/step.ts';
import type { Ask } from './decide/ask.ts';
import type { Spending } from './decide/budgets.ts';
import { decide } from './decide/decide.ts';
import { delivers, withDelivery } from './decide/deliveries.ts';
import type { Draft } from './draft.ts';
import type { Program } from './program.ts';
import type { StateScope } from './scope.ts';
import { membershipsAfter } from './segments.ts';
import { spend, waitingAsk } from './timers/waiting.ts';

/** `draft` is what becomes of `state`; its `asOfMs` is the clock. */
export interface Stepping {
  readonly program: Program;
  readonly state: CustomerState;
  readonly draft: Draft;
  readonly submission: Submission;
  readonly inputs: Inputs;
  /** Gets what was decided, an ask for each decision, where somebody wants to explain them; else null. */
  readonly asked: Ask[] | null;
}

export interface Done {
  readonly firings: readonly Firing[];
  readonly decisions: readonly Decision[];
  readonly outcomeCounted: boolean;
  readonly customerChanged: boolean;
  /** What came of time; null of what is none of its. */
  readonly due: DueTimer | null;
}

export const NO_SLOTS: readonly number[] = [];

/** Turns the scope to the new state, and its `before` to the old one, at the same time. */
export function pointScopes(stepping: Stepping, event: CustomerEvent | null): StateScope {
  const { program, state, draft, submission, inputs } = stepping;
  const nowMs = draft.asOfMs;
  program.scope.before.point(state, submission, event, inputs, nowMs);
  return program.scope.point(draft, submission, event, inputs, nowMs);
}

/** Writes the memberships. @returns whether they changed. */
export function noteMemberships(
  { program, state, draft }: Stepping,
  changedSlots: readonly number[],
  traitsChanged: boolean,
  scope: StateScope,
  all = state.publication !== program.publication,
): boolean {
  draft.memberships = membershipsAfter(
    program.segments,
    state.memberships,
    changedSlots,
    traitsChanged,
    all,
    scope,
  );
  return draft.memberships !== state.memberships;
}

/** Decides one after the other: each counts, and takes of budgets, before the next. */
export function decider(
  { program, draft, submission, inputs }: Stepping,
  scope: StateScope,
): (ask: Ask) => Decision {
  const { messageId, live } = submission;
  const spending: Spending = { known: inputs.budgets, messageId, counts: live, granted: [] };
  const decideOne = (ask: Ask) => decide(program, draft, ask, scope, messageId, inputs, spending);
  if (program.streams === null || !delivers(submission)) return decideOne;
  return (ask) => withDelivery(ask, decideOne(ask));
}

/** Nothing of it is stored. */
function isAskedWhy({ stimulus, record }: Submission): boolean {
  return !record && stimulus.kind === 'decide' && stimulus.request.explain === true;
}

/** Not the answer, and not of its name: nobody takes the one for the other. */
function onlyShown(customerId: string, messageId: string, decision: Decision): Decision {
  const { placement, decidedAtMs } = decision;
  const id = decisionId(customerId, messageId, `${placement} waiting`, decidedAtMs);
  return { ...decision, decisionId: id };
}

/**
 * Decides in order. @param asks of what had waited for a question, the question becomes the ask; where
 *   somebody asks why, those that came to nothing stand before it
 */
export function decideAll(stepping: Stepping, asks: Ask[], scope: StateScope): readonly Decision[] {
  const { program, draft, submission } = stepping;
  const decisions: Decision[] = [];
  const decideOne = decider(stepping, scope);
  for (let i = 0; i < asks.length; i++) {
    const ask = asks[i]!;
    if (ask.firings.length === 0 && draft.waiting.length > 0) {
      const waiting = waitingAsk(program, draft, ask, scope.nowMs);
      const decision = waiting && decideOne(waiting);
      if (waiting !== null) scope.pointEvent(null, null);
      if (decision !== null && (decision.offers.length > 0 || decision.holdout)) {
        spend(draft, waiting!, decision);
        asks[i] = waiting!;
        decisions.push(decision);
        continue;
      }
      // Who asks why is told of what waits, too.
      if (decision !== null && isAskedWhy(submission)) {
        asks.splice(i++, 0, waiting!);
        decisions.push(onlyShown(draft.customerId, submission.messageId, decision));
      }
    }
    decisions.push(decideOne(ask));
  }
  stepping.asked?.push(...asks);
  return decisions;
}
