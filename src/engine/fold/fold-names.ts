// What a customer is called by, after another was folded into it: the names of both, and the other's id.

import {
  APART_PREFIX,
  type IdentifierRules,
  isStrong,
  kindOf,
  LINKS_MAX,
  type Link,
  type MergeEntry,
} from '../../model/identity.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import { ALIASES_MAX, APART_MAX } from '../limits.ts';

export function foldNames(
  draft: Draft,
  from: CustomerState,
  merge: MergeEntry,
  clockMs: number,
  rules: IdentifierRules,
): void {
  if (from.aliases.length > 0) draft.aliases = unitedAliases(draft, from);
  // Who was kept apart is somebody else again with the next call: that name leads nowhere.
  const own = from.customerId.startsWith(APART_PREFIX) ? [] : [linkTo(from, merge, clockMs, rules)];
  draft.merges = unitedMerges(draft.merges, from.merges, merge);
  const links = unitedLinks(draft, [...from.links, ...own]);
  draft.links = links.length > LINKS_MAX ? boundLinks(links, draft.merges, rules) : links;
  draft.apart = unitedApart(draft, from);
}

/**
 * The id that draws are made with after a fold: who is known keeps theirs; who was never seen takes
 * that of whom they were until now.
 */
export function drawnAfter(into: CustomerState, from: CustomerState): string {
  const isNew = into.asOfMs === 0 && into.records === 0;
  return isNew ? from.drawnAs || from.customerId : into.drawnAs;
}

/** The key of the folded customer leads here from now on. */
function linkTo(
  from: CustomerState,
  merge: MergeEntry,
  clockMs: number,
  rules: IdentifierRules,
): Link {
  const { customerId: id } = from;
  const kind = kindOf(id, rules);
  return { id, kind, value: null, linkedAtMs: clockMs, renewedAtMs: merge.atMs };
}

/** Each name once, in order of when they were linked. The customer's own id is no link of others. */
function unitedLinks(draft: Draft, others: readonly Link[]): readonly Link[] {
  const links = new Map(draft.links.map((link) => [link.id, link]));
  for (const link of others) {
    const known = links.get(link.id);
    if (known !== undefined) links.set(link.id, unitedLink(known, link));
    else if (link.id !== draft.customerId) links.set(link.id, link);
  }
  return [...links.values()].sort((a, b) => a.linkedAtMs - b.linkedAtMs);
}

/**
 * Browsers and devices that were named long ago make room, as they do when one is named. What is a person's
 * own never does, nor the id of somebody who was folded: whoever is still on the way here has to be led on.
 */
function boundLinks(
  links: readonly Link[],
  merges: readonly MergeEntry[],
  rules: IdentifierRules,
): readonly Link[] {
  const folded = new Set(merges.map(({ from }) => from));
  const mayGo = links.filter(({ id, kind }) => !isStrong(kind, rules) && !folded.has(id));
  const gone = new Set(mayGo.slice(0, links.length - LINKS_MAX));
  return links.filter((link) => !gone.has(link));
}

function unitedLink(mine: Link, other: Link): Link {
  return {
    id: mine.id,
    kind: mine.kind,
    value: mine.value ?? other.value,
    linkedAtMs: Math.min(mine.linkedAtMs, other.linkedAtMs),
    renewedAtMs: Math.max(mine.renewedAtMs, other.renewedAtMs),
  };
}

/** Both lists and the new one: who was folded into the one who is folded is folded into this one. */
function unitedMerges(
  mine: readonly MergeEntry[],
  others: readonly MergeEntry[],
  merge: MergeEntry,
): readonly MergeEntry[] {
  const merges = new Map<string, MergeEntry>();
  for (const entry of [...mine, ...others]) {
    if (!merges.has(entry.mergeId)) merges.set(entry.mergeId, entry);
  }
  merges.delete(merge.mergeId);
  // None is left out here, however old: whether it is over, only its keys say (customers/forgettable.ts).
  return [...[...merges.values()].sort((a, b) => a.atMs - b.atMs), merge];
}

function unitedAliases(draft: Draft, from: CustomerState): readonly string[] {
  const aliases = new Set([...from.aliases, ...draft.aliases]);
  aliases.delete(draft.customerId);
  return [...aliases].slice(-ALIASES_MAX);
}

/** All that neither is. Of those who are one now it is not true any more. */
function unitedApart(draft: Draft, from: CustomerState): readonly string[] {
  if (draft.apart.length === 0 && from.apart.length === 0) return draft.apart;
  const own = new Set([draft.customerId, from.customerId, ...draft.links.map(({ id }) => id)]);
  const apart = new Set([...from.apart, ...draft.apart]);
  return [...apart].filter((id) => !own.has(id)).slice(-APART_MAX);
}
