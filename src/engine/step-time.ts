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
import { decideSettled, type Settled, settleFiring } from './timers/settle-firing.ts';
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
  const scope = pointScopes(stepping, null);
  const { firing, due, settled } = fireTimer(program, draft, timer, scope);
  const decisions = settled === null ? NO_DECISIONS : decideSettled(stepping, [settled], scope);
  return done(stepping, firing === null ? [] : [firing], decisions, due);
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
  const settled: Settled[] = [];
  const firings = entered.flatMap((trigger) =>
    enteredLate(stepping, trigger, dueAtMs, scope, settled),
  );
  const decisions = decideSettled(stepping, settled, scope);
  return done(stepping, firings, decisions, { trigger: '', key: null, dueAtMs, result: 'looked' });
}

function enteredLate(
  { program, draft }: Stepping,
  trigger: TriggerProgram,
  dueAtMs: number,
  scope: StateScope,
  settled: Settled[],
): readonly Firing[] {
  const { name, maxAgeMs } = trigger.definition;
  const isMissed = scope.nowMs - dueAtMs > maxAgeMs;
  if (!isMissed && !fires(program, draft, trigger, null, scope)) return [];
  const one = isMissed
    ? null
    : settleFiring(program, draft, { trigger, key: null, cause: 'enter' }, scope);
  if (one !== null && one !== 'put_off') settled.push(one);
  const status = isMissed ? 'missed' : 'fired';
  return [{ trigger: name, key: null, firedAtMs: scope.nowMs, cause: 'enter', status, dueAtMs }];
}

/** Time may have changed any of the memberships. */
function done(
  stepping: Stepping,
  firings: readonly Firing[],
  decisions: readonly Decision[],
  due: DueTimer,
): Done {
  const scope = pointScopes(stepping, null);
  const customerChanged = noteMemberships(stepping, NO_SLOTS, false, scope, true);
  return { firings, decisions, outcomeCounted: false, customerChanged, due };
}
