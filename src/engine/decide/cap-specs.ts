// What must be remembered for caps and for the contact policy: only what they need is stored.

import type { CapDefinition, ContactRule, OfferDefinition } from '../../model/catalog.ts';
import type { CapKind } from '../../model/state.ts';
import { TIMES_MAX } from '../limits.ts';

/** What to store of one offer's occurrences of one kind. */
export interface CapSpec {
  /** `<offer>\n<kind>`: the key in the state. */
  readonly key: string;
  /** Times to keep, the latest. At least one, so that an entry shows its age. */
  readonly keep: number;
  /** Times older than this can go; null = there is a cap for ever, so the entry stays. */
  readonly windowMs: number | null;
}

/** What to store of one channel's contacts. */
export interface ContactSpec {
  readonly keep: number;
  /** null = a rule counts for ever: only `keep` limits the times. */
  readonly windowMs: number | null;
}

/** The state's key of an offer's cap log. */
export function capKey(offer: string, kind: CapKind): string {
  return `${offer}\n${kind}`;
}

/** All cap logs that the offers need, by key. */
export function capSpecs(offers: readonly OfferDefinition[]): ReadonlyMap<string, CapSpec> {
  const specs = new Map<string, CapSpec>();
  for (const offer of offers) {
    for (const cap of offer.caps) {
      if (cap.max === 0) continue; // refuses without counting
      const key = capKey(offer.name, cap.of);
      const known = specs.get(key);
      specs.set(key, {
        key,
        keep: Math.max(known?.keep ?? 1, cap.windowMs === null ? 1 : countable(cap.max)),
        windowMs: longest(known, cap),
      });
    }
  }
  return specs;
}

/** What every channel that the policy names needs. */
export function contactSpecs(policy: readonly ContactRule[]): ReadonlyMap<string, ContactSpec> {
  const specs = new Map<string, ContactSpec>();
  for (const rule of policy) {
    if (rule.max === 0) continue; // refuses without counting
    for (const channel of rule.channels) {
      const known = specs.get(channel);
      specs.set(channel, {
        keep: Math.max(known?.keep ?? 1, countable(rule.max)),
        windowMs: longest(known, rule),
      });
    }
  }
  return specs;
}

/** A `max` as far as stored times can tell it: never more than TIMES_MAX. */
export function countable(max: number): number {
  return Math.min(max, TIMES_MAX);
}

function longest(
  known: { readonly windowMs: number | null } | undefined,
  rule: Pick<CapDefinition, 'windowMs'>,
): number | null {
  if (known === undefined) return rule.windowMs;
  if (known.windowMs === null || rule.windowMs === null) return null;
  return Math.max(known.windowMs, rule.windowMs);
}
