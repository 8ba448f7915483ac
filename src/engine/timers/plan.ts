// What is to be done about a customer now because of time, and when to come again.

import { NO_INPUTS } from '../../model/inputs.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Timer } from '../../model/timer.ts';
import { LOOK_AGAIN_MS } from '../limits.ts';
import type { Program } from '../program.ts';
import { isLookDue, nextLookMs } from './enter.ts';

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

/**
 * When something is due for a customer next, after everything was done that was due; epoch ms, Infinity =
 * never. What the state said of the next look may have been too early, for it is kept lazily: then the
 * true instant follows at once. Looks beyond that are left alone for a while.
 * @param askedMs when the index said that something was due, epoch ms
 */
export function nextDueMs(
  program: Program,
  state: CustomerState,
  nowMs: number,
  askedMs: number,
): number {
  const { timed } = program;
  const timerMs = state.timers[0]?.dueAtMs ?? Number.POSITIVE_INFINITY;
  if (timed === null || timed.enters.length === 0) return timerMs;
  const { lookAtMs } = state;
  // Somebody asked for another reason: what the state says stands.
  if (lookAtMs > nowMs && state.publication === program.publication) {
    return Math.min(timerMs, lookAtMs);
  }
  const at = Math.max(nowMs, state.asOfMs);
  program.scope.before.point(state, null, null, NO_INPUTS, at);
  const scope = program.scope.point(state, null, null, NO_INPUTS, at);
  const nextMs = nextLookMs(program, timed.enters, scope);
  if (nextMs === 0) return timerMs;
  const earliestMs = askedMs <= lookAtMs ? nowMs + 1 : nowMs + LOOK_AGAIN_MS;
  return Math.min(timerMs, Math.max(nextMs, earliestMs));
}
