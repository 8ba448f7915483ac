// Which events are about items, and what they are about: one reading for the customer's state, the learner
// and evaluations.

import { type Roots, readPath } from '../event-path.ts';
import { ITEM_ID_BYTES_MAX } from '../item.ts';
import type { JsonValue } from '../json.ts';
import type { Path } from '../path.ts';

/** `items:` of a catalog. */
export interface InteractionRules {
  /** First present one counts. */
  readonly id: readonly Path[];
  /** The longest gap within a session, ms. */
  readonly sessionMs: number;
  /** Weight of an interaction by event name. */
  readonly weights: ReadonlyMap<string, number>;
  /** Segment groups of whose members something is learned; at most GROUP_MEMBERS_MAX members in all. */
  readonly groups: readonly LearnedGroup[];
}

export interface LearnedGroup {
  readonly name: string;
  readonly members: readonly string[];
}

/** Of all groups together: each may hold a number for each item, 1.6 MB with 200,000. */
export const GROUP_MEMBERS_MAX = 32;

/** What the crowd's tables know a member of a group by. */
export function memberKey(group: string, member: string): string {
  return `${group}=${member}`;
}

/** Events whose names have a meaning of their own. */
export const PURCHASE = 'Order Completed';
export const CART_ADDED = 'Product Added';
export const CART_REMOVED = 'Product Removed';

/** All other interactions are views. */
export type InteractionKind = 'view' | 'add' | 'remove' | 'purchase';

export function interactionKind(event: string): InteractionKind {
  if (event === PURCHASE) return 'purchase';
  if (event === CART_ADDED) return 'add';
  return event === CART_REMOVED ? 'remove' : 'view';
}

const NONE: readonly string[] = [];
const utf8 = new TextEncoder();

/** Whether an event says anything of items: interactions, and what leaves the cart. */
export function isInteraction(rules: InteractionRules, event: string): boolean {
  return rules.weights.has(event) || event === CART_REMOVED;
}

/**
 * The different items of an event, in its order; numbers are texts of their digits. What is no text or
 * number, is empty or longer than ITEM_ID_BYTES_MAX names no item.
 */
export function itemIdsOf(rules: InteractionRules, event: Roots): readonly string[] {
  for (let i = 0; i < rules.id.length; i++) {
    const found = readPath(rules.id[i]!, event);
    if (found.length === 0) continue;
    const ids = new Set<string>();
    for (let k = 0; k < found.length; k++) {
      const id = itemIdOf(found[k]);
      if (id !== null) ids.add(id);
    }
    return [...ids];
  }
  return NONE;
}

/** null = it names no item. */
export function itemIdOf(value: JsonValue | undefined): string | null {
  const isId = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (!isId) return null;
  const id = String(value);
  if (id === '' || id.length > ITEM_ID_BYTES_MAX) return null;
  return id.length * 3 <= ITEM_ID_BYTES_MAX || utf8.encode(id).length <= ITEM_ID_BYTES_MAX
    ? id
    : null;
}
