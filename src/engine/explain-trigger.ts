// Why a trigger that names an event fires or stays silent: the same tests in the same order as in
// triggers.ts, on the state after the event.

import type { CustomerEvent } from '../model/event.ts';
import type { Silence, TriggerExplanation } from '../model/explanation.ts';
import type { CustomerState } from '../model/state.ts';
import type { Blame } from '../model/value.ts';
import { cooldownKey } from './cooldowns.ts';
import { isoTime } from './decide/answer.ts';
import { NO_BLAME } from './explain-decisions.ts';
import { readPath } from './features/features.ts';
import { perValue } from './per-value.ts';
import type { StateScope } from './scope.ts';
import type { TriggerProgram } from './trigger-program.ts';

/**
 * What a trigger makes of an event that it names.
 * @param state after the event: what kept a trigger silent that did not fire is still in it
 * @param scope over that state, with the event
 */
export function explainTrigger(
  state: CustomerState,
  trigger: TriggerProgram,
  isFired: boolean,
  event: CustomerEvent,
  live: boolean,
  scope: StateScope,
): TriggerExplanation {
  const { name, per, when, maxAgeMs, cooldownMs } = trigger.definition;
  const key = per === null ? null : perValue(readPath(per, event));
  const told = (reason: Silence | null, blame: Blame = NO_BLAME, until: string | null = null) => {
    const { clause, unknown } = blame;
    return {
      trigger: name,
      fired: reason === null,
      key: key ?? null,
      reason,
      clause,
      unknown,
      until,
    };
  };
  if (isFired) return told(null);
  if (live && scope.nowMs - event.timestampMs > maxAgeMs) return told('too_old');
  if (key === undefined) return told('no_key', { clause: null, unknown: [per!.text] });
  const firedAtMs = state.cooldowns.get(cooldownKey(name, key)) ?? Number.NEGATIVE_INFINITY;
  if (cooldownMs > 0 && scope.nowMs - firedAtMs < cooldownMs) {
    return told('cooldown', NO_BLAME, isoTime(firedAtMs + cooldownMs));
  }
  scope.firingKey = key ?? undefined;
  const held = when === null ? true : when(scope);
  const blame = when?.origin?.blame(scope);
  scope.firingKey = undefined;
  // All true, and yet silent: the customer has as many running cooldowns as can be.
  if (held === true) return told('cooldown');
  return told(held === false ? 'when_false' : 'when_unknown', blame);
}
