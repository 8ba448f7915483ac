// The timers of one customer: one per trigger and `per` value, and one more for what quiet hours put
// off. In the order in which they are due, so that the first tells when there is something to do.

import { byDue, type Timer } from '../../model/timer.ts';
import type { Counters } from '../counters.ts';
import type { Draft } from '../draft.ts';
import { TIMER_EVENTS_CHARS_MAX, TIMERS_MAX } from '../limits.ts';

/** Whether both are one and the same, whenever they are due. */
export function isSameTimer(a: Timer, b: Timer): boolean {
  return a.trigger === b.trigger && a.key === b.key && samePlacements(a.placements, b.placements);
}

function samePlacements(a: Timer['placements'], b: Timer['placements']): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((placement, i) => placement === b[i]);
}

/** The timer that waits for a trigger to fire; undefined = there is none. */
export function pendingTimer(
  timers: readonly Timer[],
  trigger: string,
  key: string | null,
): Timer | undefined {
  return timers.find(
    (timer) => timer.trigger === trigger && timer.key === key && timer.placements === null,
  );
}

/** Puts a timer in, in the place of the one that it is. */
export function setTimer(draft: Draft, timer: Timer, counters: Counters): void {
  const others = draft.timers.filter((other) => !isSameTimer(other, timer));
  let at = others.length;
  while (at > 0 && byDue(others[at - 1]!, timer) > 0) at--;
  draft.timers = boundTimers(others.toSpliced(at, 0, timer), counters);
}

/** Takes out those that something is true of. */
export function dropTimers(draft: Draft, drops: (timer: Timer) => boolean): void {
  const { timers } = draft;
  const left = timers.filter((timer) => !drops(timer));
  if (left.length < timers.length) draft.timers = left;
}

/**
 * As many as a customer may have: the earliest due stay, and so do their events. Of what is due later the
 * event is forgotten before the timer would have to leave. @param timers in their order
 */
export function boundTimers(timers: readonly Timer[], counters: Counters): readonly Timer[] {
  const left = timers.length > TIMERS_MAX ? timers.slice(0, TIMERS_MAX) : timers;
  counters.timersDropped += timers.length - left.length;
  let chars = 0;
  for (const { event } of left) chars += event.length;
  return chars > TIMER_EVENTS_CHARS_MAX ? withFewerEvents(left, counters) : left;
}

function withFewerEvents(timers: readonly Timer[], counters: Counters): readonly Timer[] {
  let chars = 0;
  return timers.map((timer) => {
    chars += timer.event.length;
    if (chars <= TIMER_EVENTS_CHARS_MAX || timer.event === '') return timer;
    counters.timersDropped++;
    return { ...timer, event: '' };
  });
}
