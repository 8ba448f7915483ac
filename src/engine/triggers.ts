// Hot path. Which triggers an event fires, in definition order. Only triggers that name the event
// are looked at (program.ts); the cheap tests come first.

import type { Firing } from '../model/decision.ts';
import type { CustomerEvent } from '../model/event.ts';
import { readPath } from '../model/event-path.ts';
import type { Submission } from '../model/step.ts';
import { cooldownKey, isCooling, startCooldown } from './cooldowns.ts';
import { holds } from './decide/candidates.ts';
import type { Draft } from './draft.ts';
import { perValue } from './per-value.ts';
import type { Program } from './program.ts';
import type { StateScope } from './scope.ts';
import { arm } from './timers/absence.ts';
import type { KeptEvent } from './timers/kept-event.ts';
import type { Decides, TriggerProgram } from './trigger-program.ts';

/** A trigger that fired, with its `per` value. */
export interface Fired {
  readonly trigger: TriggerProgram;
  readonly key: string | null;
  /** Of its placements those that are decided now: quiet hours put off the others. */
  readonly decide: readonly Decides[];
  /** The event that it keeps, of what time fired; absent = the event at hand, if any. */
  readonly kept?: KeptEvent | null;
}

/** Fires what the event fires, and arms what it arms; cooldowns start with the firing. */
export function fire(
  program: Program,
  draft: Draft,
  triggers: readonly TriggerProgram[],
  event: CustomerEvent,
  submission: Submission,
  scope: StateScope,
): readonly Fired[] {
  if (triggers.length === 0) return NOTHING;
  // Made only when something fires: most events fire nothing.
  let fired: Fired[] = NOTHING;
  const ageMs = submission.live ? scope.nowMs - event.timestampMs : 0;
  for (let i = 0; i < triggers.length; i++) {
    const trigger = triggers[i]!;
    const { per, maxAgeMs, time } = trigger.definition;
    if (ageMs > maxAgeMs && time === null) continue;
    const key = per === null ? null : perValue(readPath(per, event));
    // A missing `per` value: no firing.
    if (key === undefined) continue;
    if (time !== null) {
      scope.pointFiring(trigger.definition.name, key);
      if (holds(trigger.definition.when, scope, program.counters)) {
        arm(program, draft, trigger, key, event, submission);
      }
    } else if (fires(program, draft, trigger, key, scope)) {
      fired = added(fired, trigger, key);
    }
  }
  scope.pointFiring(undefined, null);
  return fired;
}

const NOTHING: Fired[] = [];

function added(fired: Fired[], trigger: TriggerProgram, key: string | null): Fired[] {
  const { decide } = trigger;
  if (fired === NOTHING) return [{ trigger, key, decide }];
  fired.push({ trigger, key, decide });
  return fired;
}

/** Firings as they are recorded. */
export function firingsOf(
  fired: readonly Pick<Fired, 'trigger' | 'key'>[],
  nowMs: number,
): readonly Firing[] {
  if (fired.length === 0) return NO_FIRINGS;
  return fired.map(({ trigger, key }) => ({
    trigger: trigger.definition.name,
    key,
    firedAtMs: nowMs,
    cause: trigger.definition.time === null ? 'event' : 'enter',
    status: 'fired',
    dueAtMs: nowMs,
  }));
}

const NO_FIRINGS: readonly Firing[] = [];

/** Whether a trigger may fire now; if so its cooldown has begun. */
export function fires(
  program: Program,
  draft: Draft,
  trigger: TriggerProgram,
  key: string | null,
  scope: StateScope,
): boolean {
  const { name, cooldownMs, when } = trigger.definition;
  const entry = cooldownMs > 0 ? cooldownKey(name, key) : '';
  if (cooldownMs > 0 && isCooling(draft, entry, cooldownMs, scope.nowMs)) return false;
  scope.pointFiring(name, key);
  if (!holds(when, scope, program.counters)) return false;
  if (cooldownMs === 0 || startCooldown(program, draft, entry, scope.nowMs)) return true;
  program.counters.firingsDropped++;
  return false;
}
