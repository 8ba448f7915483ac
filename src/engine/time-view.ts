// What time will bring a customer, and what it has fired and nobody has asked for yet, as callers see it.
// Not on the hot path.

import type { CustomerState } from '../model/state.ts';
import { isoTime } from './decide/answer.ts';

/** A trigger that fires some time later; one that quiet hours put off, at their end. */
export interface TimerView {
  readonly trigger: string;
  /** The `per` value, or the key that is predicted; null without one. */
  readonly key: string | null;
  /** ISO 8601 UTC. */
  readonly dueAt: string | null;
}

/** What waits until its placement is asked for. */
export interface WaitingView {
  /** Of several, one entry each: the first that has an offer spends them all. */
  readonly placement: string;
  readonly trigger: string;
  readonly key: string | null;
  readonly firedAt: string | null;
  /** Exclusive: it is over then. */
  readonly until: string | null;
}

export interface TimeView {
  /** The earliest due first. */
  readonly timers: readonly TimerView[];
  /** Oldest first. */
  readonly waiting: readonly WaitingView[];
}

/** @param atMs what is over by then is left out */
export function timeView({ timers, waiting }: CustomerState, atMs: number): TimeView {
  return {
    timers: timers.map(({ trigger, key, dueAtMs }) => ({ trigger, key, dueAt: isoTime(dueAtMs) })),
    waiting: waiting
      .filter(({ untilMs }) => untilMs > atMs)
      .flatMap(({ placements, trigger, key, firedAtMs, untilMs }) => {
        const told = { trigger, key, firedAt: isoTime(firedAtMs), until: isoTime(untilMs) };
        return placements.map((placement) => ({ placement, ...told }));
      }),
  };
}
