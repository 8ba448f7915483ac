// Where a firing of time goes. What its placements' channels carry away is decided at once; for the others
// it waits until somebody asks; for those in quiet hours it is put off until they end.

import type { Decision } from '../../model/decision.ts';
import type { FiringCause, Waiting } from '../../model/timer.ts';
import { isAllowed } from '../decide/closed.ts';
import { answers, decideFired } from '../decide/one-of.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { Stepping } from '../stepping.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import type { Fired } from '../triggers.ts';
import { readKeptEvent } from './kept-event.ts';
import { putOff, quietOf, together } from './quiet.ts';
import { isSuperseded, putWaiting } from './waiting.ts';

/** A trigger that time fired. */
export interface TimeFired {
  readonly trigger: TriggerProgram;
  readonly key: string | null;
  readonly cause: FiringCause;
  /** As in Timer; absent = none armed it. */
  readonly event?: string;
  /** What is left of its placements after quiet hours; absent = all. */
  readonly placements?: readonly string[] | null;
}

/** What is to be decided now, and what is to wait where nothing comes of that. */
export interface Settled {
  readonly now: Fired;
  /** null = nothing. */
  readonly otherwise: Waiting | null;
}

/** @returns null where nothing is decided now; `put_off` where all of its placements are quiet */
export function settleFiring(
  program: Program,
  draft: Draft,
  { trigger, key, cause, event = '', placements = null }: TimeFired,
  scope: StateScope,
): Settled | 'put_off' | null {
  const { name, decide, oneOf, waitMs, time } = trigger.definition;
  const { nowMs } = scope;
  const wanted = placements ?? decide;
  const quiet = quietOf(program, draft, name, wanted, nowMs);
  const open = quiet?.open ?? wanted;
  const isLater = quiet !== null && !(oneOf && choosesNow(program, draft, wanted, open, scope));
  if (isLater) {
    const firing = { trigger: name, key, cause, of: time?.id ?? '', event };
    putOff(program, draft, firing, oneOf ? together(quiet, wanted) : quiet.later);
    if (oneOf || open.length === 0) return 'put_off';
  }
  const carried = open.filter((each) => isCarried(program, each));
  // Who is asked first decides where it goes: of one that is open somewhere it waits at all.
  const others = (oneOf ? wanted : open).filter((each) => !isCarried(program, each));
  const waiting = { trigger: name, key, firedAtMs: nowMs, event, untilMs: nowMs + waitMs };
  const atAll = { ...waiting, placements: others };
  if (oneOf && carried.length === 0 && others.length > 0) putWaiting(program, draft, atAll);
  for (const placement of oneOf ? [] : others) {
    putWaiting(program, draft, { ...waiting, placements: [placement] });
  }
  if (carried.length === 0) return null;
  const now = {
    ...{ trigger, key, kept: readKeptEvent(event) },
    decide: trigger.decide.filter(({ placement }) => carried.includes(placement.definition.name)),
  };
  return { now, otherwise: oneOf && others.length > 0 ? atAll : null };
}

/**
 * Whether a firing for one of several placements is settled while some are quiet. It is not where none is
 * open, and where all that are open would be decided now and none of these is allowed, while a quiet one
 * is: it is for that one.
 */
function choosesNow(
  program: Program,
  draft: Draft,
  wanted: readonly string[],
  open: readonly string[],
  scope: StateScope,
): boolean {
  if (open.length === 0 || open.some((each) => !isCarried(program, each))) return open.length > 0;
  const allowed = wanted.filter((each) => {
    const placement = program.placements.get(each);
    return placement !== undefined && isAllowed(program, draft, placement, scope);
  });
  return allowed.length === 0 || allowed.some((each) => open.includes(each));
}

/** Whether the channel of a placement carries decisions away. */
export function isCarried({ placements }: Program, name: string): boolean {
  return (placements.get(name)?.carrier ?? null) !== null;
}

/** Decides what time fired and is to be decided at once, all of it together. */
export function decideSettled(
  stepping: Stepping,
  settled: readonly Settled[],
  scope: StateScope,
): readonly Decision[] {
  if (settled.length === 0) return NO_DECISIONS;
  const { program, draft } = stepping;
  const fired = settled.map(({ now }) => now);
  const decisions = decideFired(stepping, fired, null, scope);
  scope.pointEvent(null, null);
  for (const { now, otherwise } of settled) {
    if (otherwise === null) continue;
    const places = new Set(now.decide.map(({ placement }) => placement.definition.name));
    const isAnswered = decisions.some((made) => answers(made) && places.has(made.placement));
    if (!isAnswered) putWaiting(program, draft, otherwise);
    else {
      // One answer is for both: an earlier firing that still waits for the same is answered with it.
      const all = { ...otherwise, placements: [...places, ...otherwise.placements] };
      const left = draft.waiting.filter((other) => !isSuperseded(other, all));
      if (left.length < draft.waiting.length) draft.waiting = left;
    }
  }
  return decisions;
}

const NO_DECISIONS: readonly Decision[] = [];
