// Time that passes for the customer of a test, as a worker brings it: from one instant at which something
// is due to the next, whatever lies between them. So a year costs what happens in it.

import type { Program } from '../engine/program.ts';
import { duePlan, nextDueMs } from '../engine/timers/plan.ts';
import type { CustomerState } from '../model/state.ts';
import type { Timer } from '../model/timer.ts';

/** Instants that one step of a test may have; more become due only where something is wrong. */
export const INSTANTS_MAX = 10_000;

/** What has a state that time changes. */
export interface Timely {
  readonly state: CustomerState;
  fire(timer: Timer, nowMs: number): void;
  look(nowMs: number): void;
}

/**
 * Brings all that is due until then, and at that instant.
 * @param fromMs until when it was brought before
 * @returns `endless` where there are more instants than may be
 */
export function passTime(
  program: Program,
  customer: Timely,
  fromMs: number,
  untilMs: number,
  isLate: () => boolean,
): 'passed' | 'endless' | 'late' {
  // Quiet hours put off what events fire, too.
  if (program.timed === null && !program.hasQuiet) return 'passed';
  // Who was never looked at by this catalog is visited, as everybody is when it is published.
  const isNew = customer.state.publication !== program.publication;
  let atMs = isNew ? fromMs : nextDueMs(program, customer.state);
  for (let instants = 0; atMs <= untilMs; instants++) {
    if (instants === INSTANTS_MAX) return 'endless';
    if (isLate()) return 'late';
    const nowMs = Math.max(atMs, fromMs);
    const { timers, look } = duePlan(program, customer.state, nowMs);
    for (const timer of timers) customer.fire(timer, nowMs);
    if (look) customer.look(nowMs);
    atMs = nextDueMs(program, customer.state);
  }
  return 'passed';
}
