// What limits count, of two customers who turn out to be one: what either was given, both were. So a
// fold may find a cap passed, and never makes room below one.

import type { CustomerState } from '../../model/state.ts';
import { keptMs } from '../cooldowns.ts';
import type { Draft } from '../draft.ts';
import { COOLDOWNS_MAX, TIMES_MAX } from '../limits.ts';
import type { Program } from '../program.ts';

export function foldCaps(program: Program, draft: Draft, from: CustomerState): void {
  if (from.caps.size === 0) return;
  const caps = new Map(draft.caps);
  for (const [key, other] of from.caps) {
    const mine = caps.get(key);
    caps.set(key, {
      total: (mine?.total ?? 0) + other.total,
      timesMs: unitedTimes(mine?.timesMs, other.timesMs, program.capSpecs.get(key)?.keep),
    });
  }
  draft.caps = caps;
}

export function foldContacts(program: Program, draft: Draft, from: CustomerState): void {
  if (from.contacts.size === 0) return;
  const contacts = new Map(draft.contacts);
  for (const [channel, other] of from.contacts) {
    const keep = program.contactSpecs.get(channel)?.keep;
    contacts.set(channel, unitedTimes(contacts.get(channel), other, keep));
  }
  draft.contacts = contacts;
}

/** Both lists in ascending order; the latest that can matter. Without a rule that says how many: all. */
function unitedTimes(
  mine: readonly number[] = [],
  others: readonly number[],
  keep = TIMES_MAX,
): readonly number[] {
  return [...mine, ...others].sort((a, b) => a - b).slice(-keep);
}

/**
 * The later firing counts. Where too many run, those stay that end last: at the limit nothing starts,
 * so that whatever left could not have fired again before its own end either.
 */
export function foldCooldowns(
  program: Program,
  draft: Draft,
  from: CustomerState,
  nowMs: number,
): void {
  if (from.cooldowns.size === 0) return;
  const all = new Map(draft.cooldowns);
  for (const [key, firedAtMs] of from.cooldowns) {
    all.set(key, Math.max(firedAtMs, all.get(key) ?? firedAtMs));
  }
  const running = [...all]
    .map(([key, firedAtMs]) => ({ key, firedAtMs, endsAtMs: firedAtMs + keptMs(program, key) }))
    .filter(({ endsAtMs }) => endsAtMs > nowMs)
    .sort((a, b) => a.endsAtMs - b.endsAtMs)
    .slice(-COOLDOWNS_MAX)
    .sort((a, b) => a.firedAtMs - b.firedAtMs);
  draft.cooldowns = new Map(running.map(({ key, firedAtMs }) => [key, firedAtMs]));
}
