// A timer that is due: too late, not true any more, or it fires. Whatever comes of it, it is over; a
// date comes again next year.

import type { Firing } from '../../model/decision.ts';
import type { DueTimer } from '../../model/step.ts';
import type { Timer } from '../../model/timer.ts';
import { cooldownKey, isCooling } from '../cooldowns.ts';
import { holds } from '../decide/candidates.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { fires } from '../triggers.ts';
import { armNextDate, reckonDate } from './dates.ts';
import { isInSegment } from './enter.ts';
import { readKeptEvent } from './kept-event.ts';
import { type Settled, settleFiring } from './settle-firing.ts';
import { isSameTimer } from './timer-list.ts';

export interface FiredTimer {
  readonly firing: Firing | null;
  readonly due: DueTimer;
  /** null = nothing is to be decided now. */
  readonly settled: Settled | null;
}

/**
 * @param timer of the state
 * @param scope over the draft, without an event
 */
export function fireTimer(
  program: Program,
  draft: Draft,
  timer: Timer,
  scope: StateScope,
): FiredTimer {
  const { trigger: name, key, dueAtMs, cause, event, placements } = timer;
  const isDate = cause === 'date' && placements === null;
  const onDate = isDate ? program.timed?.onDates.get(name) : undefined;
  if (onDate !== undefined) reckonDate(program, draft, onDate);
  const left = draft.timers.filter(
    (other) => other.dueAtMs !== dueAtMs || !isSameTimer(other, timer),
  );
  // It was reckoned anew, now or with another catalog, and is due at another time.
  if (left.length === draft.timers.length) {
    return { firing: null, due: { trigger: name, key, dueAtMs, result: 'moved' }, settled: null };
  }
  draft.timers = left;
  const trigger = program.triggerPrograms.get(name);
  const result = resultOf(program, draft, trigger, timer, scope);
  const fired = { trigger: trigger!, key, cause, event, placements };
  const goes = result === 'fired' ? settleFiring(program, draft, fired, scope) : null;
  if (onDate !== undefined) armNextDate(program, draft, onDate, timer, result === 'fired');
  const settled = goes === 'put_off' ? null : goes;
  const due = { trigger: name, key, dueAtMs, result: goes === 'put_off' ? goes : result };
  // What quiet hours put off has been recorded as fired already.
  const isRecorded = result === 'missed' || (result === 'fired' && placements === null);
  if (!isRecorded) return { firing: null, due, settled };
  const firing = { trigger: name, key, firedAtMs: scope.nowMs, cause, status: result, dueAtMs };
  return { firing, due, settled };
}

function resultOf(
  program: Program,
  draft: Draft,
  trigger: TriggerProgram | undefined,
  timer: Timer,
  scope: StateScope,
): 'fired' | 'missed' | 'not_true' | 'cooldown' {
  if (trigger === undefined || !isOf(timer, trigger)) return 'missed';
  const { time, when, maxAgeMs, cooldownMs, name } = trigger.definition;
  if (scope.nowMs - timer.dueAtMs > maxAgeMs) return 'missed';
  const kept = readKeptEvent(timer.event);
  scope.pointEvent(kept, kept?.event ?? null);
  scope.pointFiring(name, timer.key);
  if (timer.placements !== null) {
    // It has fired: only whether it still holds is looked at again.
    return holds(when, scope, program.counters) ? 'fired' : 'not_true';
  }
  if (time?.kind === 'enter' && !isInSegment(time, scope)) return 'not_true';
  const entry = cooldownKey(name, timer.key);
  if (cooldownMs > 0 && isCooling(draft, entry, cooldownMs, scope.nowMs)) return 'cooldown';
  return fires(program, draft, trigger, timer.key, scope) ? 'fired' : 'not_true';
}

/** Whether the trigger of that name is one that such a timer can be of: it may be another by now. */
function isOf({ cause, of, placements }: Timer, { definition: { time } }: TriggerProgram): boolean {
  if (placements !== null) return true;
  return time !== null && time.id === of && (cause === 'absence') === (time.kind === 'absence');
}
