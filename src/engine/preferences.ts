// Hot path, where a catalog has a `one_of`. How a customer takes what comes through each channel: how much
// of it was accepted. What is long ago counts less, and who is new prefers what the catalog names first.

import { decayFactor } from '../model/decay.ts';
import type { CustomerState, Preference } from '../model/state.ts';
import type { Draft } from './draft.ts';
import { PREFERENCE_HALF_LIFE_MS, PREFERRED_MAX } from './limits.ts';
import type { Program } from './program.ts';
import type { Decides, TriggerProgram } from './trigger-program.ts';

/**
 * Counts a decision with an offer, or that something of one was accepted, for its placement's channel.
 * @param placement by name; one that the catalog does not have counts for nothing
 */
export function countPreferred(
  program: Program,
  draft: Draft,
  placement: string,
  what: 'decisions' | 'accepted',
): void {
  if (program.choosable === null) return;
  const channel = program.placements.get(placement)?.definition.channel ?? null;
  if (channel === null || !program.choosable.has(channel)) return;
  const known = draft.preferred.get(channel) ?? NONE;
  const one = { accepted: 0, decisions: 0, [what]: 1, asOfMs: draft.asOfMs };
  const preferred = new Map(draft.preferred);
  preferred.delete(channel);
  preferred.set(channel, united(known, one, draft.asOfMs));
  draft.preferred = bounded(preferred);
}

/** Of two customers who turn out to be one. */
export function foldPreferred(draft: Draft, from: CustomerState, nowMs: number): void {
  if (from.preferred.size === 0) return;
  const preferred = new Map(draft.preferred);
  for (const [channel, theirs] of from.preferred) {
    const mine = preferred.get(channel);
    preferred.set(channel, mine === undefined ? theirs : united(mine, theirs, nowMs));
  }
  const byAge = [...preferred].sort(([, a], [, b]) => a.asOfMs - b.asOfMs);
  draft.preferred = bounded(new Map(byAge));
}

/**
 * A trigger's placements with the preferred one first, by (accepted + 0.5 / rank) / (decisions + 5):
 * rank is the place in the list, and of two alike the one that stands first is preferred.
 * @param decide some of the trigger's
 */
export function byPreference(
  { preferred }: CustomerState,
  { definition }: TriggerProgram,
  decide: readonly Decides[],
  nowMs: number,
): readonly Decides[] {
  const scored = decide.map((each) => {
    const { name, channel } = each.placement.definition;
    const known = (channel === null ? undefined : preferred.get(channel)) ?? NONE;
    const left = leftOf(known, nowMs);
    const rank = definition.decide.indexOf(name) + 1;
    return { each, score: (known.accepted * left + 0.5 / rank) / (known.decisions * left + 5) };
  });
  return scored.sort((a, b) => b.score - a.score).map(({ each }) => each);
}

const NONE: Preference = { accepted: 0, decisions: 0, asOfMs: 0 };

function leftOf({ asOfMs }: Preference, nowMs: number): number {
  return decayFactor(Math.max(0, nowMs - asOfMs), PREFERENCE_HALF_LIFE_MS);
}

function united(a: Preference, b: Preference, nowMs: number): Preference {
  const [leftA, leftB] = [leftOf(a, nowMs), leftOf(b, nowMs)];
  return {
    accepted: a.accepted * leftA + b.accepted * leftB,
    decisions: a.decisions * leftA + b.decisions * leftB,
    asOfMs: nowMs,
  };
}

function bounded(preferred: Map<string, Preference>): ReadonlyMap<string, Preference> {
  while (preferred.size > PREFERRED_MAX) preferred.delete(preferred.keys().next().value!);
  return preferred;
}
