// What a question would make of what time fired for its placement and what waits there: asked where
// nothing of it survives, too, which the question itself is not told, since it is decided then as if
// nothing waited.

import type { Decision } from '../model/decision.ts';
import type { Inputs } from '../model/inputs.ts';
import type { CustomerState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import { draftOf } from './draft.ts';
import { explainDecisions } from './explain-decisions.ts';
import { mergeConsent } from './identify.ts';
import type { Program } from './program.ts';
import { decider, pointScopes } from './stepping.ts';
import { waitingAsk } from './timers/waiting.ts';

/** What is decided among what waits, and by whom it is allowed. */
export interface WaitingExplanation {
  /** With `clause` and `unknown` of every candidate. */
  readonly decision: Decision;
  /** Names of the triggers whose firings wait there, oldest first. */
  readonly triggers: readonly string[];
}

/**
 * The state is left as it is.
 * @param submission of a question; its first placement is looked at
 * @returns null where nothing waits for the placement
 */
export function explainWaiting(
  program: Program,
  state: CustomerState,
  submission: Submission,
  inputs: Inputs,
): WaitingExplanation | null {
  const { stimulus } = submission;
  if (stimulus.kind !== 'decide') throw new Error(`not a question but ${stimulus.kind}`);
  const { context, placements, limit } = stimulus.request;
  const draft = draftOf(state);
  draft.asOfMs = Math.max(submission.nowMs, state.asOfMs);
  mergeConsent(draft, context, draft.asOfMs, program.counters);
  const stepping = { program, state, draft, submission, inputs, asked: null };
  const scope = pointScopes(stepping, null);
  const placement = program.placements.get(placements[0]!)!;
  const asked = { placement, offers: placement.offers, firings: [], limit, waiting: false };
  const ask = waitingAsk(program, draft, asked, scope.nowMs);
  if (ask === null) return null;
  const made = decider(stepping, scope)(ask);
  const [decision] = explainDecisions(program, draft, [ask], scope, [made]);
  return { decision: decision!, triggers: ask.firings.map(({ trigger }) => trigger) };
}
