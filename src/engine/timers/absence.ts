// Hot path. Triggers that an event arms: they fire some time after it, unless another event comes first.

import type { CustomerEvent } from '../../model/event.ts';
import { readPath } from '../../model/event-path.ts';
import type { Submission } from '../../model/step.ts';
import type { Timer, Waiting } from '../../model/timer.ts';
import type { Draft } from '../draft.ts';
import { perValue } from '../per-value.ts';
import type { Program } from '../program.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { keptEvent } from './kept-event.ts';
import { timerKey } from './timer-key.ts';
import { dropTimers, pendingTimer, setTimer } from './timer-list.ts';

/**
 * Arms a trigger by the event's own time; armed already it is moved, but never to an earlier time.
 * @param event whose name it waits for, and for which its `when` is true
 */
export function arm(
  program: Program,
  draft: Draft,
  { definition }: TriggerProgram,
  per: string | null,
  event: CustomerEvent,
  submission: Submission,
): void {
  const { name: trigger, time } = definition;
  if (time?.kind !== 'absence') return;
  const key = timerKey(per);
  const { messageId, receivedAtMs, live } = submission;
  const dueAtMs = event.timestampMs + time.afterMs;
  // An import tells of the past: what was due then is over.
  if (!live && dueAtMs <= receivedAtMs) return;
  const pending = pendingTimer(draft.timers, trigger, key);
  if (pending !== undefined && pending.dueAtMs > dueAtMs) return;
  const kept = keptEvent({ event, messageId, receivedAtMs });
  const timer = { trigger, key, dueAtMs, cause: 'absence', of: '' } as const;
  setTimer(draft, { ...timer, placements: null, event: kept }, program.counters);
}

/**
 * Takes out what the event was waited for not to come; of what has fired already, what nobody has decided
 * yet, since quiet hours put it off or nobody has asked: after an order nobody wants to hear of the cart.
 */
export function cancel(
  draft: Draft,
  cancelled: readonly TriggerProgram[],
  event: CustomerEvent,
): void {
  if (draft.timers.length === 0 && draft.waiting.length === 0) return;
  for (const { definition } of cancelled) {
    const { name, per } = definition;
    const key = per === null ? null : timerKey(perValue(readPath(per, event)));
    // Without a value nobody knows which.
    if (key === undefined) continue;
    const isIt = (one: Timer | Waiting) => one.trigger === name && one.key === key;
    dropTimers(draft, isIt);
    if (draft.waiting.some(isIt)) draft.waiting = draft.waiting.filter((one) => !isIt(one));
  }
}
