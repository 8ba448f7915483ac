// The items of two customers who turn out to be one: the latest of everything, as if one had done it all.

import { boundItems, type CustomerItem } from '../../model/customer-items.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import { afterPurchase, lastPurchaseMs } from '../recommend/note-items.ts';

/** What either has in the cart is in the cart, unless either bought, or took it out, after that. */
export function foldItems(draft: Draft, from: CustomerState): void {
  if (from.items.length === 0) return;
  const items = new Map(draft.items.map((item) => [item.itemId, item]));
  for (const theirs of from.items) {
    const mine = items.get(theirs.itemId);
    items.set(theirs.itemId, mine === undefined ? theirs : united(mine, theirs));
  }
  const boughtMs = Math.max(lastPurchaseMs(draft.items), lastPurchaseMs(from.items));
  const all = [...items.values()].map((item) => afterPurchase(item, boughtMs));
  draft.items = boundItems(all.sort((a, b) => a.atMs - b.atMs));
}

function united(a: CustomerItem, b: CustomerItem): CustomerItem {
  const isSame = a.cartAtMs === b.cartAtMs;
  return {
    itemId: a.itemId,
    atMs: Math.max(a.atMs, b.atMs),
    viewedAtMs: Math.max(a.viewedAtMs, b.viewedAtMs),
    boughtAtMs: Math.max(a.boughtAtMs, b.boughtAtMs),
    firstBoughtAtMs: earliest(a.firstBoughtAtMs, b.firstBoughtAtMs),
    purchases: a.purchases + b.purchases,
    inCart: isSame ? a.inCart || b.inCart : (a.cartAtMs > b.cartAtMs ? a : b).inCart,
    cartAtMs: Math.max(a.cartAtMs, b.cartAtMs),
  };
}

/** 0 = never. */
function earliest(a: number, b: number): number {
  if (a === 0 || b === 0) return a || b;
  return Math.min(a, b);
}
