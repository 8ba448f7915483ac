// What two customers stated who turn out to be one. The later event time wins, as it does within one
// state; where that tells nothing, traits are the survivor's, and consent is what allows less.

import type { ConsentChoice, CustomerState } from '../../model/state.ts';
import type { Counters } from '../counters.ts';
import type { Draft } from '../draft.ts';
import { boundTraits, sameJson } from '../identify.ts';
import { CONSENTS_MAX } from '../limits.ts';

type Timed = { readonly atMs: number };

/** Unites the traits; a removal that is later takes away what the other stated. @returns whether a value changed. */
export function foldTraits(draft: Draft, from: CustomerState, counters: Counters): boolean {
  if (from.traits.size === 0) return false;
  const before = draft.traits;
  const traits = united(before, from.traits, (mine, other) => other.atMs > mine.atMs);
  boundTraits(traits, counters);
  draft.traits = traits;
  for (const name of new Set([...before.keys(), ...traits.keys()])) {
    if (!sameJson(before.get(name)?.value ?? null, traits.get(name)?.value ?? null)) return true;
  }
  return false;
}

/** Unites the choices: of two at one time the denial counts. @returns whether a choice changed. */
export function foldConsent(draft: Draft, from: CustomerState, counters: Counters): boolean {
  if (from.consent.size === 0) return false;
  const before = draft.consent;
  const consent = united(before, from.consent, isStricterOrLater);
  while (consent.size > CONSENTS_MAX) {
    consent.delete(leastMissed(consent));
    counters.traitsDropped++;
  }
  draft.consent = consent;
  for (const purpose of new Set([...before.keys(), ...consent.keys()])) {
    if (before.get(purpose)?.granted !== consent.get(purpose)?.granted) return true;
  }
  return false;
}

function isStricterOrLater(mine: ConsentChoice, other: ConsentChoice): boolean {
  if (other.atMs !== mine.atMs) return other.atMs > mine.atMs;
  return mine.granted && !other.granted;
}

/** The grant stated first; a denial only where nothing was granted: without it more might be allowed. */
function leastMissed(consent: ReadonlyMap<string, ConsentChoice>): string {
  for (const [purpose, { granted }] of consent) if (granted) return purpose;
  return consent.keys().next().value!;
}

/** Both, in order of their times: that is the order in which they leave. */
function united<T extends Timed>(
  mine: ReadonlyMap<string, T>,
  others: ReadonlyMap<string, T>,
  isOther: (mine: T, other: T) => boolean,
): Map<string, T> {
  const all = new Map(mine);
  for (const [name, other] of others) {
    const known = all.get(name);
    if (known === undefined || isOther(known, other)) all.set(name, other);
  }
  return new Map([...all].sort(([, a], [, b]) => a.atMs - b.atMs));
}
