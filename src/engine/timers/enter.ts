// Triggers on entering a segment. Whether a customer was in is noted in the state, by the definition of
// the trigger; each time that the segment may have changed it is looked at, and who is in and was not
// has entered. Time alone changes segments, too: each says until when it is certain (horizon.ts), and
// the earliest of these is when the customer has to be looked at next. That is kept lazily, since it
// mostly moves later: a look that comes too early finds out the next one.

import type { Draft } from '../draft.ts';
import { LOOK_AGAIN_MS } from '../limits.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { TriggerProgram } from '../trigger-program.ts';
import { isSure, segmentUntil } from './horizon.ts';
import { boundNoted } from './noted.ts';
import { spreadMs } from './spread.ts';
import type { Timed, TimedProgram } from './timed-program.ts';
import { pendingTimer, setTimer } from './timer-list.ts';

const IN = 1;
const OUT = 0;

/**
 * Looks at the segments of some triggers, and notes what it sees.
 * @param scope over the customer as it is now, its `before` over what it was
 * @returns the triggers whose segments were entered, in definition order
 */
export function look(
  program: Program,
  enters: readonly Timed<'enter'>[],
  draft: Draft,
  scope: StateScope,
): readonly TriggerProgram[] {
  let entered: TriggerProgram[] = NONE;
  let noted: Map<string, number> | null = null;
  for (const { trigger, time } of enters) {
    const isIn = isInSegment(time, scope);
    const before = draft.noted.get(time.id);
    const wasIn = before === undefined ? isInSegment(time, scope.before) : before === IN;
    if (isIn && !wasIn) entered = [...entered, trigger];
    // Who was in before anybody asked.
    if (before === undefined && wasIn && isIn && time.existing)
      armExisting(program, draft, trigger, time);
    const now = isIn ? IN : OUT;
    if (before === now) continue;
    noted ??= new Map(draft.noted);
    noted.delete(time.id);
    noted.set(time.id, now);
  }
  if (noted !== null) {
    boundNoted(program, noted);
    draft.noted = noted;
  }
  return entered;
}

const NONE: TriggerProgram[] = [];

/** Whether the customer is in the segment that a trigger waits for. */
export function isInSegment(
  { segment, member }: Timed<'enter'>['time'],
  scope: StateScope['before'],
): boolean {
  const value = scope.segment(segment);
  return member === null ? value === true : value === member;
}

/** They fire all the same, spread over some time. */
function armExisting(
  program: Program,
  draft: Draft,
  { definition }: TriggerProgram,
  { id, overMs }: Timed<'enter'>['time'],
): void {
  const { name: trigger } = definition;
  if (pendingTimer(draft.timers, trigger, null)?.of === id) return;
  const dueAtMs = draft.asOfMs + spreadMs(`${draft.customerId}:${trigger}`, overMs);
  const timer = { trigger, key: null, dueAtMs, cause: 'enter', of: id } as const;
  setTimer(draft, { ...timer, placements: null, event: '' }, program.counters);
}

/** Whether the customer has to be looked at by now. */
export function isLookDue(draft: Pick<Draft, 'lookAtMs'>, nowMs: number): boolean {
  return draft.lookAtMs !== 0 && draft.lookAtMs <= nowMs;
}

/**
 * When some of the segments have to be looked at next; 0 = never.
 * @param unsureMs no earlier than this where it is not certain that there will be anything new; epoch ms
 */
export function nextLookMs(
  program: Program,
  enters: readonly Timed<'enter'>[],
  scope: StateScope,
  unsureMs = 0,
): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { time } of enters) {
    const segment = program.catalog.segments[time.segment]!;
    const untilMs = segmentUntil(segment, time.member, scope);
    next = Math.min(next, isSure(scope) ? untilMs : Math.max(untilMs, unsureMs));
  }
  return next === Number.POSITIVE_INFINITY ? 0 : Math.ceil(next);
}

/** Notes when to look next, after some segments were looked at; of the others that is known. */
export function keepLook(
  program: Program,
  { enters: all }: TimedProgram,
  enters: readonly Timed<'enter'>[],
  draft: Draft,
  scope: StateScope,
): void {
  const isKnown = !isLookDue(draft, scope.nowMs);
  const next = nextLookMs(program, isKnown ? enters : all, scope, scope.nowMs + LOOK_AGAIN_MS);
  if (!isKnown || (next !== 0 && (draft.lookAtMs === 0 || next < draft.lookAtMs))) {
    if (next !== draft.lookAtMs) draft.lookAtMs = next;
  }
}
