// Why a timer that was due did not fire: the same tests in the same order as in fire-timer.ts, on the
// customer as they were just before.

import type { NotFired } from '../../model/explanation.ts';
import { NO_INPUTS } from '../../model/inputs.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Timer } from '../../model/timer.ts';
import type { Blame } from '../../model/value.ts';
import { cooldownKey } from '../cooldowns.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { isInSegment } from './enter.ts';
import { readKeptEvent } from './kept-event.ts';

/**
 * Why a trigger of time did not fire.
 * @param timer what was due, or would have been: of a segment that was entered `event` is ''
 */
export function explainDue(
  program: Program,
  state: CustomerState,
  { trigger, key, event, placements }: Pick<Timer, 'trigger' | 'key' | 'event' | 'placements'>,
  nowMs: number,
): NotFired {
  const definition = program.triggers.get(trigger);
  if (definition === undefined) return NOTHING;
  const scope = lookAt(program, state, nowMs);
  const { time, when, cooldownMs } = definition;
  // What quiet hours put off has fired: only its `when` is asked again.
  const isFirst = placements === null;
  if (isFirst && time?.kind === 'enter' && !isInSegment(time, scope)) {
    return { kind: 'not_in', blame: blameOfSegment(program, time.segment, scope) };
  }
  const firedAtMs = state.cooldowns.get(cooldownKey(trigger, key));
  if (isFirst && firedAtMs !== undefined && nowMs - firedAtMs < cooldownMs) {
    return { kind: 'cooldown', untilMs: firedAtMs + cooldownMs };
  }
  const kept = readKeptEvent(event);
  scope.pointEvent(kept, kept?.event ?? null);
  scope.pointFiring(trigger, key);
  const held = when === null ? true : when(scope);
  const blame = when?.origin?.blame(scope) ?? NO_BLAME;
  scope.pointFiring(undefined, null);
  return held === true ? NOTHING : { kind: 'when', isFalse: held === false, blame };
}

const NOTHING: NotFired = { kind: 'nothing' };
const NO_BLAME: Blame = { clause: null, unknown: [] };

/** Why the customer is not in the segment that a trigger waits for; nothing where they are in it. */
export function explainOutside(
  program: Program,
  state: CustomerState,
  trigger: string,
  nowMs: number,
): Blame {
  const { time } = program.triggers.get(trigger)!;
  if (time?.kind !== 'enter') return NO_BLAME;
  const scope = lookAt(program, state, nowMs);
  return isInSegment(time, scope) ? NO_BLAME : blameOfSegment(program, time.segment, scope);
}

function lookAt(program: Program, state: CustomerState, nowMs: number): StateScope {
  const atMs = Math.max(nowMs, state.asOfMs);
  program.scope.before.point(state, null, null, NO_INPUTS, atMs);
  return program.scope.point(state, null, null, NO_INPUTS, atMs);
}

/** Of a group nobody can say: each of its members may be the one that is not. */
function blameOfSegment({ catalog }: Program, segment: number, scope: StateScope): Blame {
  return catalog.segments[segment]!.condition?.origin?.blame(scope) ?? NO_BLAME;
}
