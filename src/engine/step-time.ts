// What time brings, as a step: a timer that is due, or a look at what the customer has come into. The
// timer leaves the state with the commit that fires it, so that it fires once, however often somebody
// says that it is due: of one that is not there any more nothing comes.

import type { Decision, Firing } from '../model/decision.ts';
import type { Stimulus } from '../model/event.ts';
import type { DueTimer } from '../model/step.ts';
import type { Timer } from '../model/timer.ts';
import type { StateScope } from './scope.ts';
import { type Done, NO_SLOTS, noteMemberships, pointScopes, type Stepping } from './stepping.ts';
import { keepLook, look } from './timers/enter.ts';
import { fireTimer } from './timers/fire-timer.ts';
import { settleFiring } from './timers/settle-firing.ts';
import { reckonAgain } from './timers/time-passed.ts';
import type { TriggerProgram } from './trigger-program.ts';
import { fires } from './triggers.ts';

const NO_DECISIONS: readonly Decision[] = [];

/** The timer that is said to be due; null = it is not there any more. */
export function timerOf(
  timers: readonly Timer[],
  { trigger, key, dueAtMs }: Extract<Stimulus, { kind: 'timer' }>,
): Timer | null {
  const isIt = (timer: Timer) =>
    timer.trigger === trigger && timer.key === key && timer.dueAtMs === dueAtMs;
  return timers.find(isIt) ?? null;
}

/** Fires a timer of the state's, or says why not. */
export function stepTimer(stepping: Stepping, timer: Timer): Done {
  const { program, draft } = stepping;
  const { firing, due } = fireTimer(program, draft, timer, pointScopes(stepping, null));
  return done(stepping, firing === null ? [] : [firing], due);
}

/**
 * Looks at every segment that some trigger waits for; null = there is nothing new.
 * @param given when it should have been, epoch ms
 */
export function stepLook(stepping: Stepping, given: number): Done | null {
  const { program, state, draft } = stepping;
  const { timed } = program;
  if (timed === null) return null;
  const scope = pointScopes(stepping, null);
  reckonAgain(stepping, timed);
  const entered = look(program, timed.enters, draft, scope);
  keepLook(program, timed, timed.enters, draft, scope);
  const isNoted = draft.noted !== state.noted || draft.timers !== state.timers;
  // When to look next is noted, too: what the index says is what the states say.
  if (!isNoted && draft.lookAtMs === state.lookAtMs) return null;
  const dueAtMs = Math.min(given, scope.nowMs);
  const firings = entered.flatMap((trigger) => enteredLate(stepping, trigger, dueAtMs, scope));
  return done(stepping, firings, { trigger: '', key: null, dueAtMs, result: 'looked' });
}

function enteredLate(
  { program, draft }: Stepping,
  trigger: TriggerProgram,
  dueAtMs: number,
  scope: StateScope,
): readonly Firing[] {
  const { name, maxAgeMs } = trigger.definition;
  const isMissed = scope.nowMs - dueAtMs > maxAgeMs;
  if (!isMissed && !fires(program, draft, trigger, null, scope)) return [];
  if (!isMissed) settleFiring(program, draft, { trigger, key: null, cause: 'enter' }, scope);
  const status = isMissed ? 'missed' : 'fired';
  return [{ trigger: name, key: null, firedAtMs: scope.nowMs, cause: 'enter', status, dueAtMs }];
}

/** Time may have changed any of the memberships. */
function done(stepping: Stepping, firings: readonly Firing[], due: DueTimer): Done {
  const scope = pointScopes(stepping, null);
  const customerChanged = noteMemberships(stepping, NO_SLOTS, false, scope, true);
  return { firings, decisions: NO_DECISIONS, outcomeCounted: false, customerChanged, due };
}
