// Why a trigger that names an event fires or stays silent: the same tests in the same order as in
// triggers.ts, on the state after the event.

import type { CustomerEvent } from '../model/event.ts';
import { readPath } from '../model/event-path.ts';
import type { PutOff, Silence, TriggerExplanation } from '../model/explanation.ts';
import type { CustomerState } from '../model/state.ts';
import type { Timer } from '../model/timer.ts';
import type { Blame } from '../model/value.ts';
import { cooldownKey } from './cooldowns.ts';
import { isoTime } from './decide/answer.ts';
import { NO_BLAME } from './explain-decisions.ts';
import { perValue } from './per-value.ts';
import type { StateScope } from './scope.ts';
import { timerKey } from './timers/timer-key.ts';
import { pendingTimer } from './timers/timer-list.ts';
import type { TriggerProgram } from './trigger-program.ts';

/** An event that was stepped, as triggers are explained by it. */
export interface ExplainedEvent {
  readonly before: CustomerState;
  /** What kept a trigger silent that did not fire is still in it. */
  readonly after: CustomerState;
  readonly event: CustomerEvent;
  readonly live: boolean;
  /** Over the state after, with the event. */
  readonly scope: StateScope;
}

/**
 * What a trigger makes of an event that it names.
 */
export function explainTrigger(
  { after, event, live, scope }: ExplainedEvent,
  trigger: TriggerProgram,
  isFired: boolean,
): TriggerExplanation {
  const { name, per, when, maxAgeMs, cooldownMs, time } = trigger.definition;
  const key = per === null ? null : perValue(readPath(per, event));
  const told = (reason: Silence | null, blame: Blame = NO_BLAME, until: string | null = null) =>
    explained(name, key ?? null, reason, blame, until);
  if (isFired) return withPutOff(told(null), after);
  if (time === null && live && scope.nowMs - event.timestampMs > maxAgeMs) return told('too_old');
  if (key === undefined) return told('no_key', { clause: null, unknown: [per!.text] });
  const firedAtMs = after.cooldowns.get(cooldownKey(name, key)) ?? Number.NEGATIVE_INFINITY;
  // Of one that fires later, its cooldown is looked at then.
  if (time === null && cooldownMs > 0 && scope.nowMs - firedAtMs < cooldownMs) {
    return told('cooldown', NO_BLAME, isoTime(firedAtMs + cooldownMs));
  }
  scope.pointFiring(name, key);
  const held = when === null ? true : when(scope);
  const blame = when?.origin?.blame(scope);
  scope.pointFiring(undefined, null);
  if (held === true && time !== null) {
    const timer = timerIn(after, name, key);
    return timer === null ? told('no_room') : told('armed', NO_BLAME, isoTime(timer.dueAtMs));
  }
  // All true, and yet silent: the customer has as many running cooldowns as can be.
  if (held === true) return told('cooldown');
  return told(held === false ? 'when_false' : 'when_unknown', blame);
}

/** What a trigger that was armed makes of an event that it waits for not to come; null = nothing. */
export function explainCancelled(
  { before, after, event }: ExplainedEvent,
  { definition: { name, per } }: TriggerProgram,
): TriggerExplanation | null {
  const key = per === null ? null : perValue(readPath(per, event));
  if (key === undefined) return null;
  const timer = timerIn(before, name, key);
  if (timer === null || timerIn(after, name, key) !== null) return null;
  return explained(name, key, 'cancelled', NO_BLAME, isoTime(timer.dueAtMs));
}

/** A trigger that fired, with its `per` value. */
export interface FiredTrigger {
  readonly trigger: TriggerProgram;
  readonly key: string | null;
}

/** A trigger that the event fired without being named: it led into a segment. */
export function explainEntered(
  { after }: ExplainedEvent,
  { trigger, key }: FiredTrigger,
): TriggerExplanation {
  return withPutOff(explained(trigger.definition.name, key, null, NO_BLAME, null), after);
}

/** One that fired, with where quiet hours put it off. */
function withPutOff(fired: TriggerExplanation, after: CustomerState): TriggerExplanation {
  const key = timerKey(fired.key);
  const putOff = after.timers.flatMap((timer): PutOff[] => {
    if (timer.trigger !== fired.trigger || timer.key !== key) return [];
    // What is due at once is for a channel that carries it away.
    if (timer.placements === null || timer.dueAtMs <= after.asOfMs) return [];
    const until = new Date(timer.dueAtMs).toISOString();
    return timer.placements.map((placement) => ({ placement, until }));
  });
  return putOff.length === 0 ? fired : { ...fired, putOff };
}

function explained(
  trigger: string,
  key: string | null,
  reason: Silence | null,
  { clause, unknown }: Blame,
  until: string | null,
): TriggerExplanation {
  return { trigger, fired: reason === null, key, reason, clause, unknown, until };
}

function timerIn({ timers }: CustomerState, trigger: string, key: string | null): Timer | null {
  return pendingTimer(timers, trigger, key) ?? null;
}
