// What time brings, as a step: a timer that is due, or a look at what the customer has come into. The
// timer leaves the state with the commit that fires it, so that it fires once, however often somebody
// says that it is due: of one that is not there any more nothing comes.

import type { Decision, Firing } from '../model/decision.ts';
import type { Stimulus } from '../model/event.ts';
import type { DueTimer } from '../model/step.ts';
import type { Timer } from '../model/timer.ts';
import { type Done, NO_SLOTS, noteMemberships, pointScopes, type Stepping } from './stepping.ts';
import { keepLook, look } from './timers/enter.ts';
import { fireTimer } from './timers/fire-timer.ts';
import { settleFiring } from './timers/settle-firing.ts';
import { fires, firingsOf } from './triggers.ts';

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

/** Looks at every segment that some trigger waits for; null = there is nothing new. */
export function stepLook(stepping: Stepping): Done | null {
  const { program, state, draft } = stepping;
  const { timed } = program;
  if (timed === null) return null;
  const scope = pointScopes(stepping, null);
  const entered = look(program, timed.enters, draft, scope);
  if (draft.noted === state.noted && draft.timers === state.timers) return null;
  keepLook(program, timed, timed.enters, draft, scope);
  const fired = entered
    .filter((trigger) => fires(program, draft, trigger, null, scope))
    .map((trigger) => ({ trigger, key: null }));
  for (const { trigger } of fired) settleFiring(program, draft, { trigger, key: null }, scope);
  const due: DueTimer = { trigger: '', key: null, dueAtMs: scope.nowMs, result: 'looked' };
  return done(stepping, firingsOf(fired, scope.nowMs), due);
}

/** Time may have changed any of the memberships. */
function done(stepping: Stepping, firings: readonly Firing[], due: DueTimer): Done {
  const scope = pointScopes(stepping, null);
  const customerChanged = noteMemberships(stepping, NO_SLOTS, false, scope, true);
  return { firings, decisions: NO_DECISIONS, outcomeCounted: false, customerChanged, due };
}
