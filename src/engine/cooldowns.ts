// Hot path. When triggers last fired, per `per` value. A trigger fires again when
// now − then ≥ cooldown; elapsed entries leave when the next one is written.

import { murmur3 } from '../model/hash.ts';
import type { Draft } from './draft.ts';
import { CARRIED_MS, COOLDOWN_KEY_MAX, COOLDOWNS_MAX } from './limits.ts';
import type { Program } from './program.ts';

/** The state's key of a trigger's cooldown. A long `per` value is kept as its 64-bit hash. */
export function cooldownKey(trigger: string, per: string | null): string {
  if (per === null) return trigger;
  if (per.length <= COOLDOWN_KEY_MAX) return `${trigger}\n${per}`;
  return `${trigger}\n#${murmur3(per, 1).toString(36)}.${murmur3(per, 2).toString(36)}`;
}

/** Whether the cooldown still runs. */
export function isCooling(draft: Draft, key: string, cooldownMs: number, nowMs: number): boolean {
  const firedAtMs = draft.cooldowns.get(key);
  return firedAtMs !== undefined && nowMs - firedAtMs < cooldownMs;
}

/**
 * Starts a cooldown now.
 * @returns false when the customer has too many running ones; nothing is lost then.
 */
export function startCooldown(program: Program, draft: Draft, key: string, nowMs: number): boolean {
  const next = new Map<string, number>();
  for (const [other, firedAtMs] of draft.cooldowns) {
    if (nowMs - firedAtMs < keptMs(program, other)) next.set(other, firedAtMs);
  }
  next.delete(key);
  if (next.size >= COOLDOWNS_MAX) return false;
  next.set(key, nowMs);
  draft.cooldowns = next;
  return true;
}

/**
 * How long an entry is of use: its trigger's cooldown. A trigger that left the catalog, or lost
 * its cooldown, may come back, so that its entries are carried along for a while.
 */
export function keptMs(program: Program, key: string): number {
  const end = key.indexOf('\n');
  const cooldownMs = program.triggers.get(end < 0 ? key : key.slice(0, end))?.cooldownMs ?? 0;
  return cooldownMs > 0 ? cooldownMs : CARRIED_MS;
}
