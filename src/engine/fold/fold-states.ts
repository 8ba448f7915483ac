// One customer's state folded into another's. Not on the hot path, and pure: whoever does it, and
// however often, makes the same state of the same two.
//
// The idea: as if one customer had had the messages of both. What was counted stays counted, what was
// given stays given: a fold never grants again, and never allows more. What is then too much leaves by
// the rule by which it always leaves. Nothing fires, and nothing is decided.

import type { MergeEntry } from '../../model/identity.ts';
import { NO_INPUTS } from '../../model/inputs.ts';
import type { CustomerState } from '../../model/state.ts';
import { sweep } from '../carry.ts';
import { draftOf } from '../draft.ts';
import { foldPreferred } from '../preferences.ts';
import type { Program } from '../program.ts';
import { membershipsAfter } from '../segments.ts';
import { foldCaps, foldContacts, foldCooldowns } from './fold-counts.ts';
import { foldDecisions } from './fold-decisions.ts';
import { foldFeatures } from './fold-features.ts';
import { foldItems } from './fold-items.ts';
import { foldAnswers, foldSeen } from './fold-messages.ts';
import { drawnAfter, foldNames } from './fold-names.ts';
import { foldConsent, foldTraits } from './fold-statements.ts';
import { foldTimers } from './fold-timers.ts';

/** What came of a fold. */
export interface Folded {
  readonly state: CustomerState;
  /** Segments, traits or consent changed: the `customers` table needs a row. */
  readonly customerChanged: boolean;
}

const NO_SLOTS: readonly number[] = [];

/**
 * Folds `from` into `into`; neither is changed. Whether `into` has this merge already, its caller knows.
 * @param merge its id, whom it folds and when that was said
 * @param clockMs what the clock of the result is never before, epoch ms: an import's own
 */
export function foldStates(
  program: Program,
  into: CustomerState,
  from: CustomerState,
  merge: MergeEntry,
  clockMs: number = merge.atMs,
): Folded {
  const draft = draftOf(into);
  const nowMs = Math.max(into.asOfMs, from.asOfMs, clockMs);
  draft.asOfMs = nowMs;
  draft.records = into.records + 1;
  draft.publication = Math.max(into.publication, from.publication, program.publication);
  draft.drawnAs = drawnAfter(into, from);
  foldNames(draft, from, merge, clockMs, program.catalog.identifiers);
  const stated = foldTraits(draft, from, program.counters);
  const consented = foldConsent(draft, from, program.counters);
  foldFeatures(program, draft, from, nowMs);
  foldCaps(program, draft, from);
  foldContacts(program, draft, from);
  foldCooldowns(program, draft, from, nowMs);
  foldDecisions(draft, from, nowMs);
  foldSeen(draft, from);
  foldAnswers(draft, from);
  foldTimers(program, draft, from);
  foldPreferred(draft, from, nowMs);
  foldItems(draft, from);
  // Each was last stepped by a catalog of its own.
  sweep(program, draft, nowMs);
  draft.memberships = memberships(program, draft, nowMs);
  const moved = draft.memberships !== into.memberships;
  return { state: draft, customerChanged: stated || consented || moved };
}

function memberships(program: Program, draft: CustomerState, nowMs: number): string {
  program.scope.before.point(draft, null, null, NO_INPUTS, nowMs);
  const scope = program.scope.point(draft, null, null, NO_INPUTS, nowMs);
  return membershipsAfter(program.segments, draft.memberships, NO_SLOTS, true, true, scope);
}
