// Hot path, where a catalog has triggers of time. What an event changes of what time will bring, and
// what it brings at once: a segment that is entered with it.

import type { Submission } from '../../model/step.ts';
import type { Draft } from '../draft.ts';
import type { StateScope } from '../scope.ts';
import type { Stepping } from '../stepping.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { type Fired, fires } from '../triggers.ts';
import { armDates } from './dates.ts';
import { isLookDue, keepLook, look, nextLookMs } from './enter.ts';
import { armPredictions } from './predict.ts';
import { putOff } from './quiet.ts';
import { isCarried, settleFiring } from './settle-firing.ts';
import type { Timed, TimedProgram } from './timed-program.ts';

const NOBODY: readonly string[] = [];
export const NONE_ENTERED: readonly TriggerProgram[] = [];

/** Another catalog, or a new customer: what it waits for is armed, and segments are looked at at once. */
export function adoptTime(stepping: Stepping, timed: TimedProgram): void {
  const { draft } = stepping;
  // What an earlier catalog left to be looked at would hide from the index what is armed from now on.
  const lookAtMs = timed.enters.length > 0 ? draft.asOfMs : 0;
  if (lookAtMs !== draft.lookAtMs) draft.lookAtMs = lookAtMs;
  reckonAgain(stepping, timed);
}

/** Dates and predictions, as the state has it now. */
export function reckonAgain(
  { program, state, draft, submission }: Stepping,
  timed: TimedProgram,
): void {
  const afterMs = armsAfterMs(draft, submission);
  armDates(program, timed, draft, state, afterMs);
  for (const predict of timed.predicts) armPredictions(program, draft, predict, null, afterMs);
}

/** An import tells of the past: nothing is armed for before it came. */
function armsAfterMs({ asOfMs }: Draft, { live, receivedAtMs }: Submission): number {
  return live ? asOfMs : Math.max(asOfMs, receivedAtMs);
}

/** @returns the triggers whose segments the event led the customer into, in definition order */
export function timePassed(
  stepping: Stepping,
  changedSlots: readonly number[],
  traitsChanged: boolean,
  scope: StateScope,
): readonly TriggerProgram[] {
  const { program, state, draft, submission, inputs } = stepping;
  const timed = program.timed!;
  if (traitsChanged) armDates(program, timed, draft, state, armsAfterMs(draft, submission));
  if (timed.predicts.length > 0) predictAgain(stepping, timed, changedSlots);
  const enters = isLookDue(draft, scope.nowMs)
    ? timed.enters
    : concernedEnters(timed, changedSlots, traitsChanged);
  if (enters.length === 0) return NONE_ENTERED;
  const entered = look(program, enters, draft, scope);
  keepLook(program, timed, enters, draft, scope);
  if (!submission.live && isLookDue(draft, submission.receivedAtMs)) {
    // An import tells of the past. What time brought since is noted and fires nothing.
    const today = program.whereScope.point(draft, null, null, inputs, submission.receivedAtMs);
    look(program, timed.enters, draft, today);
    draft.lookAtMs = nextLookMs(program, timed.enters, today);
  }
  return entered;
}

function predictAgain(
  { program, state, draft, submission }: Stepping,
  timed: TimedProgram,
  changedSlots: readonly number[],
): void {
  const afterMs = armsAfterMs(draft, submission);
  for (const slot of changedSlots) {
    for (const predict of timed.predictsOfFeature[slot]!) {
      const before = state.features.get(program.runtimes[slot]!.definition.id) ?? null;
      armPredictions(program, draft, predict, before, afterMs);
    }
  }
}

function concernedEnters(
  timed: TimedProgram,
  changedSlots: readonly number[],
  traitsChanged: boolean,
): readonly Timed<'enter'>[] {
  let enters: readonly Timed<'enter'>[] = traitsChanged ? timed.entersOfTraits : NO_ENTERS;
  for (const slot of changedSlots) {
    const more = timed.entersOfFeature[slot]!;
    if (enters.length === 0) enters = more;
    else if (more.length > 0)
      enters = timed.enters.filter((e) => enters.includes(e) || more.includes(e));
  }
  return enters;
}

const NO_ENTERS: readonly Timed<'enter'>[] = [];

/**
 * For placements that the key of the call is not for. What a channel carries away is no matter of the
 * caller's answer: it is due at once, and decided by whoever sees to that. What an import tells of is
 * over: it is not carried at all.
 */
function settleElsewhere(
  { program, draft, submission }: Stepping,
  trigger: TriggerProgram,
  others: readonly string[],
  scope: StateScope,
): void {
  const { name, time, oneOf } = trigger.definition;
  const fired = { trigger, key: null, cause: 'enter' } as const;
  const carrying = submission.live ? others.filter((each) => isCarried(program, each)) : NOBODY;
  // Of a choice all of it: whether it has to wait at the others is known when it has been decided.
  const carried = oneOf && carrying.length > 0 ? others : carrying;
  const left = others.filter((each) => !carried.includes(each) && !isCarried(program, each));
  if (left.length > 0) settleFiring(program, draft, { ...fired, placements: left }, scope);
  if (carried.length === 0) return;
  const firing = {
    trigger: name,
    key: null,
    cause: 'enter',
    of: time?.id ?? '',
    event: '',
  } as const;
  putOff(program, draft, firing, [{ dueAtMs: draft.asOfMs, placements: carried }]);
}

/**
 * What fired, with those of the triggers that were entered that may fire now; in definition order. Nobody
 * enters twice: for placements that may not be asked for now, the firing waits as one of time does.
 * @param placements that may be asked for; null = all
 */
export function withEntered(
  stepping: Stepping,
  fired: readonly Fired[],
  entered: readonly TriggerProgram[],
  placements: ReadonlySet<string> | null,
  scope: StateScope,
): readonly Fired[] {
  const { program, draft } = stepping;
  const more = entered
    .filter((trigger) => fires(program, draft, trigger, null, scope))
    .map((trigger) => {
      const { decide: all, oneOf } = trigger.definition;
      const others = placements === null ? NOBODY : all.filter((name) => !placements.has(name));
      const waits = others.length > 0 && !(oneOf && others.length < all.length);
      if (waits) settleElsewhere(stepping, trigger, others, scope);
      return { trigger, key: null, decide: trigger.decide };
    });
  scope.pointFiring(undefined, null);
  if (more.length === 0) return fired;
  return [...fired, ...more].sort(
    (a, b) => a.trigger.definition.index - b.trigger.definition.index,
  );
}
