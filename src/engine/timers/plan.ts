// What is to be done about a customer now because of time, and when to come again.

import type { CustomerState } from '../../model/state.ts';
import type { Timer } from '../../model/timer.ts';
import type { Program } from '../program.ts';
import { isLookDue } from './enter.ts';

export interface DuePlan {
  /** The earliest first. */
  readonly timers: readonly Timer[];
  /** Whether segments have to be looked at. */
  readonly look: boolean;
}

/** @param visited somebody asked for this customer: the catalog may be another */
export function duePlan(program: Program, state: CustomerState, nowMs: number): DuePlan {
  const isNew = state.publication !== program.publication;
  return {
    timers: state.timers.filter(({ dueAtMs }) => dueAtMs <= nowMs),
    look: program.timed !== null && (isNew || isLookDue(state, nowMs)),
  };
}

/** When something is due for a customer next, after what was due is done; epoch ms, Infinity = never. */
export function nextDueMs(program: Program, { timers, lookAtMs }: CustomerState): number {
  const timerMs = timers[0]?.dueAtMs ?? Number.POSITIVE_INFINITY;
  // Of a catalog without triggers of time nothing is left to look at.
  return program.timed === null || lookAtMs === 0 ? timerMs : Math.min(timerMs, lookAtMs);
}
