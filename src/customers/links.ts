// Hot path (`isLinked`, `isFresh`). The names that a state lists: the truth of whose they are.

import { DraftState } from '../model/draft-state.ts';
import {
  type IdentifierRule,
  type IdentifierRules,
  kindOf,
  LINKS_MAX,
  type Link,
  type NamedAlias,
} from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';

/** The customer's own id, or a name that the state lists. */
export function isLinked(state: CustomerState, id: string): boolean {
  return id === state.customerId || linkOf(state, id) !== null;
}

/** Null = the state does not list it. */
export function linkOf(state: CustomerState, id: string): Link | null {
  const { links } = state;
  for (let i = 0; i < links.length; i++) if (links[i]!.id === id) return links[i]!;
  return null;
}

/**
 * With a name more, or with what it has of that name made new. null = there is no room for it.
 * @param named of the call that gives it
 */
export function withLink(
  state: CustomerState,
  alias: NamedAlias,
  { nowMs, receivedAtMs }: { readonly nowMs: number; readonly receivedAtMs: number },
  isWeak: (kind: string) => boolean,
): readonly Link[] | null {
  const { id, kind, value } = alias;
  const known = linkOf(state, id);
  if (known !== null) {
    return state.links.map((link) =>
      link === known ? { ...link, value: value ?? link.value, renewedAtMs: receivedAtMs } : link,
    );
  }
  const link = { id, kind, value, linkedAtMs: nowMs, renewedAtMs: receivedAtMs };
  if (state.links.length < LINKS_MAX) return [...state.links, link];
  // A browser or a device that was named long ago makes room; what is a person's own never does.
  const oldest = state.links.findIndex(({ kind: each }) => isWeak(each));
  return oldest < 0 ? null : [...state.links.toSpliced(oldest, 1), link];
}

/** Whether one more of its kind is too many. */
export function hasTooMany(state: CustomerState, rule: IdentifierRule, nowMs: number): boolean {
  return linkedLately(state, rule, nowMs).length >= rule.max;
}

/** Whether one customer would have too many names of a person's kind once another is folded into it. */
export function haveTooMany(
  into: CustomerState,
  from: CustomerState,
  rules: IdentifierRules,
  nowMs: number,
): boolean {
  for (const rule of rules.values()) {
    if (rule.weak) continue;
    const mine = linkedLately(into, rule, nowMs);
    const others = linkedLately(from, rule, nowMs);
    if (kindOf(from.customerId, rules) === rule.kind) others.push(from.customerId);
    const all = new Set([...mine, ...others]).size;
    if (all > rule.max && all > mine.length) return true;
  }
  return false;
}

/** The names of a kind that its limit counts: of a call of the past those of around that time. */
function linkedLately({ links }: CustomerState, rule: IdentifierRule, nowMs: number): string[] {
  const windowMs = rule.windowMs ?? Number.POSITIVE_INFINITY;
  return links
    .filter(({ kind, linkedAtMs }) => kind === rule.kind && Math.abs(linkedAtMs - nowMs) < windowMs)
    .map(({ id }) => id);
}

/** With these names. */
export function listing(state: CustomerState, links: CustomerState['links']): DraftState {
  const draft = new DraftState(state);
  draft.links = links;
  return draft;
}

/** With what its own id stands for. @param own that id */
export function showing(
  state: CustomerState,
  own: NamedAlias,
  named: { readonly nowMs: number; readonly receivedAtMs: number },
): CustomerState {
  const links = withLink(state, own, named, () => true);
  return links === null ? state : listing(state, links);
}

/** Ids beside their own by which a customer is or was known. */
export function namesOf({ links, merges }: CustomerState): readonly string[] {
  return [...links.map(({ id }) => id), ...merges.map(({ from }) => from)];
}

/** Whether a call of the past names what somebody else has had since then. */
export function isPast(
  { nowMs, receivedAtMs }: { readonly nowMs: number; readonly receivedAtMs: number },
  holder: CustomerState,
  id: string,
): boolean {
  return nowMs < receivedAtMs && (linkOf(holder, id)?.linkedAtMs ?? 0) > nowMs;
}
