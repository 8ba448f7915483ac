// Hot path, where a catalog recommends. What an event says of the customer's own items: looked at, put into
// the cart or taken out, bought. By the event's time, so that events may come late and in any order; a
// customer who was just answered has all of it. Quantities do not count: an item is in the cart or is not.

import {
  type InteractionKind,
  type InteractionRules,
  interactionKind,
  isInteraction,
  itemIdsOf,
} from '../../model/crowd/interactions.ts';
import { boundItems, type CustomerItem, ITEMS_BOUGHT_MAX } from '../../model/customer-items.ts';
import type { CustomerEvent } from '../../model/event.ts';
import type { Draft } from '../draft.ts';

/** Of an event that names more items than are kept at all, the last of them count. */
export function noteItems(draft: Draft, rules: InteractionRules, event: CustomerEvent): void {
  if (!isInteraction(rules, event.name)) return;
  const kind = interactionKind(event.name);
  const ids = itemIdsOf(rules, event);
  // A purchase empties the cart, even one that does not say of what.
  if (ids.length === 0 && kind !== 'purchase') return;
  const atMs = event.timestampMs;
  const items = draft.items.slice();
  if (kind === 'purchase') emptyCart(items, atMs);
  const boughtMs = kind === 'add' ? lastPurchaseMs(items) : 0;
  // Taking something out of the cart is no interest in it, unless the catalog says so.
  const isTouch = rules.weights.has(event.name);
  for (let i = Math.max(0, ids.length - ITEMS_BOUGHT_MAX); i < ids.length; i++) {
    const at = indexOf(items, ids[i]!);
    if (at < 0 && !isTouch) continue;
    const noted = at < 0 ? newItem(ids[i]!, atMs) : { ...items[at]! };
    note(noted, kind, atMs, boughtMs);
    if (at >= 0 && !(isTouch && atMs >= noted.atMs)) {
      items[at] = noted;
      continue;
    }
    noted.atMs = atMs;
    if (at >= 0) items.splice(at, 1);
    insert(items, noted);
  }
  draft.items = boundItems(items);
}

type Noted = { -readonly [K in keyof CustomerItem]: CustomerItem[K] };

/** @param boughtMs when the customer last bought anything: what was put into the cart before left it */
function note(item: Noted, kind: InteractionKind, atMs: number, boughtMs: number): void {
  switch (kind) {
    case 'view':
      item.viewedAtMs = Math.max(item.viewedAtMs, atMs);
      return;
    case 'add':
      if (atMs <= boughtMs || atMs < item.cartAtMs) return;
      item.inCart = true;
      item.cartAtMs = atMs;
      return;
    case 'remove':
      if (atMs < item.cartAtMs) return;
      item.inCart = false;
      item.cartAtMs = atMs;
      return;
    case 'purchase':
      // Told twice, in two messages, it is one purchase.
      if (atMs === item.boughtAtMs || atMs === item.firstBoughtAtMs) return;
      item.firstBoughtAtMs = item.purchases === 0 ? atMs : Math.min(item.firstBoughtAtMs, atMs);
      item.boughtAtMs = item.purchases === 0 ? atMs : Math.max(item.boughtAtMs, atMs);
      item.purchases++;
  }
}

function newItem(itemId: string, atMs: number): Noted {
  return {
    itemId,
    atMs,
    viewedAtMs: 0,
    boughtAtMs: 0,
    firstBoughtAtMs: 0,
    purchases: 0,
    inCart: false,
    cartAtMs: 0,
  };
}

function emptyCart(items: CustomerItem[], atMs: number): void {
  for (let i = 0; i < items.length; i++) items[i] = afterPurchase(items[i]!, atMs);
}

/** An item as a purchase at that time leaves it: what was put into the cart after it stays. */
export function afterPurchase(item: CustomerItem, boughtMs: number): CustomerItem {
  if (item.cartAtMs === 0 || item.cartAtMs > boughtMs) return item;
  return { ...item, inCart: false, cartAtMs: 0 };
}

/** When anything was bought last; 0 = never. */
export function lastPurchaseMs(items: readonly CustomerItem[]): number {
  let boughtMs = 0;
  for (let i = 0; i < items.length; i++) boughtMs = Math.max(boughtMs, items[i]!.boughtAtMs);
  return boughtMs;
}

function indexOf(items: readonly CustomerItem[], itemId: string): number {
  for (let i = items.length - 1; i >= 0; i--) if (items[i]!.itemId === itemId) return i;
  return -1;
}

/** By time; of two at the same instant the one that was said last comes last. */
function insert(items: CustomerItem[], item: CustomerItem): void {
  let at = items.length;
  while (at > 0 && items[at - 1]!.atMs > item.atMs) at--;
  items.splice(at, 0, item);
}
