// Where a firing of time goes: to wait for whoever asks for its placements.

import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { putWaiting } from './waiting.ts';

/** A trigger that time fired. */
export interface TimeFired {
  readonly trigger: TriggerProgram;
  readonly key: string | null;
  /** As in Timer; absent = none armed it. */
  readonly event?: string;
  /** What is left of its placements after quiet hours; absent = all. */
  readonly placements?: readonly string[] | null;
}

export function settleFiring(
  program: Program,
  draft: Draft,
  { trigger, key, event = '', placements = null }: TimeFired,
  scope: StateScope,
): void {
  const { name, decide, oneOf, waitMs } = trigger.definition;
  const { nowMs } = scope;
  const wanted = placements ?? decide;
  for (const each of oneOf ? [wanted] : wanted.map((placement) => [placement])) {
    const waiting = { trigger: name, key, placements: each, firedAtMs: nowMs, event };
    putWaiting(program, draft, { ...waiting, untilMs: nowMs + waitMs });
  }
}
