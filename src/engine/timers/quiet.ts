// Hot path, where a catalog has placements with quiet hours. A firing for such a placement decides when
// they end: it has fired, and what is left of it is a timer of its own, for the placements that are open
// again at the same time. Whoever fires again meanwhile has one put off, the newer: nobody wakes up to all
// that a night brought.

import type { QuietHours } from '../../model/catalog.ts';
import { quietEndMs } from '../../model/quiet-hours.ts';
import type { Timer } from '../../model/timer.ts';
import { customerCalendar } from '../customer-calendar.ts';
import type { Draft } from '../draft.ts';
import { QUIET_SPREAD_MS } from '../limits.ts';
import type { Program } from '../program.ts';
import { spreadMs } from './spread.ts';
import { setTimer } from './timer-list.ts';

const DAY_MS = 86_400_000;

/** When quiet hours end for a customer that a time lies in, epoch ms; null = it lies in none. */
export function quietUntilMs(
  program: Program,
  draft: Draft,
  quiet: QuietHours,
  nowMs: number,
): number | null {
  return quietEndMs(quiet, customerCalendar(program, draft), nowMs);
}

/** Placements that one firing waits for, until they are open again. */
interface Later {
  readonly dueAtMs: number;
  readonly placements: readonly string[];
}

/** What a firing decides now, and what it does not. */
export interface Quiet {
  readonly open: readonly string[];
  readonly later: readonly Later[];
}

/**
 * Which of a firing's placements are quiet now; null = none is.
 * @param placements by name; what the catalog does not have is not quiet
 */
export function quietOf(
  program: Program,
  draft: Draft,
  trigger: string,
  placements: readonly string[],
  nowMs: number,
): Quiet | null {
  if (!program.hasQuiet) return null;
  const open: string[] = [];
  const later: { dueAtMs: number; placements: string[] }[] = [];
  for (const name of placements) {
    const quiet = program.placements.get(name)?.definition.quiet ?? null;
    const endMs = quiet === null ? null : quietUntilMs(program, draft, quiet, nowMs);
    if (endMs === null) {
      open.push(name);
      continue;
    }
    const dueAtMs = endMs + spreadMs(`${draft.customerId}:${trigger}`, overMs(quiet!));
    const same = later.find((each) => each.dueAtMs === dueAtMs);
    if (same === undefined) later.push({ dueAtMs, placements: [name] });
    else same.placements.push(name);
  }
  return later.length === 0 ? null : { open, later };
}

/** Over less, where the next quiet hours begin sooner: it would be put off for ever. */
function overMs({ fromMs, toMs }: QuietHours): number {
  return Math.min(QUIET_SPREAD_MS, (fromMs - toMs + DAY_MS) % DAY_MS);
}

/** As one: all of the placements, as soon as the first of them is open. */
export function together({ later }: Quiet, placements: readonly string[]): readonly Later[] {
  return [{ dueAtMs: Math.min(...later.map(({ dueAtMs }) => dueAtMs)), placements }];
}

/** Puts off a firing, in the place of what was put off of an earlier one for the same placements. */
export function putOff(
  program: Program,
  draft: Draft,
  firing: Pick<Timer, 'trigger' | 'key' | 'cause' | 'of' | 'event'>,
  later: readonly Later[],
): void {
  for (const { dueAtMs, placements } of later) {
    supersede(draft, firing, placements);
    setTimer(draft, { ...firing, dueAtMs, placements }, program.counters);
  }
}

function supersede(
  draft: Draft,
  { trigger, key }: Pick<Timer, 'trigger' | 'key'>,
  placements: readonly string[],
): void {
  const isOlder = (timer: Timer) =>
    timer.trigger === trigger && timer.key === key && timer.placements !== null;
  if (!draft.timers.some(isOlder)) return;
  draft.timers = draft.timers.flatMap((timer) => {
    if (!isOlder(timer)) return [timer];
    const left = timer.placements!.filter((name) => !placements.includes(name));
    return left.length === 0 ? [] : [{ ...timer, placements: left }];
  });
}
