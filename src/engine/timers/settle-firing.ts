// Where a firing of time goes: to wait for whoever asks for its placements, or for the end of their
// quiet hours.

import type { FiringCause } from '../../model/timer.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { putOff, quietOf, together } from './quiet.ts';
import { putWaiting } from './waiting.ts';

/** A trigger that time fired. */
export interface TimeFired {
  readonly trigger: TriggerProgram;
  readonly key: string | null;
  readonly cause: FiringCause;
  /** As in Timer; absent = none armed it. */
  readonly event?: string;
  /** What is left of its placements after quiet hours; absent = all. */
  readonly placements?: readonly string[] | null;
}

export function settleFiring(
  program: Program,
  draft: Draft,
  { trigger, key, cause, event = '', placements = null }: TimeFired,
  scope: StateScope,
): void {
  const { name, decide, oneOf, waitMs, time } = trigger.definition;
  const { nowMs } = scope;
  const wanted = placements ?? decide;
  const quiet = quietOf(program, draft, name, wanted, nowMs);
  // Who is asked first decides where it goes: of one that is open somewhere it waits at all.
  const isOpen = quiet === null || (oneOf && quiet.open.length > 0);
  if (!isOpen) {
    const firing = { trigger: name, key, cause, of: time?.id ?? '', event };
    putOff(program, draft, firing, oneOf ? together(quiet, wanted) : quiet.later);
  }
  const open = isOpen ? wanted : quiet.open;
  for (const each of oneOf && open.length > 0 ? [open] : open.map((placement) => [placement])) {
    const waiting = { trigger: name, key, placements: each, firedAtMs: nowMs, event };
    putWaiting(program, draft, { ...waiting, untilMs: nowMs + waitMs });
  }
}
