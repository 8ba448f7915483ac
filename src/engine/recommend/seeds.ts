// What a list is for. A call says it, or the recommender does; else each model takes what it is made for:
//   for_you                        the customer's last session, however long ago
//   similar, accessories           the item that the customer had to do with last
//   bought_together                the cart, and that item where the cart is empty
//   next                           the items of the last purchase
//   trending, popular              that item, where its category counts; else nothing
//   buy_again, recently_viewed     nothing
// Seeds are in the order in which they happened: the last is the newest. Those that a call says may come
// more than once, as in a session.

import { itemIdOf } from '../../model/crowd/interactions.ts';
import type { CustomerItem } from '../../model/customer-items.ts';
import { type Roots, readPath } from '../../model/event-path.ts';
import type { Path } from '../../model/path.ts';
import { SEEDS_MAX, type SeedDefinition, type SourceDefinition } from '../../model/recommending.ts';
import { lastPurchaseMs } from './note-items.ts';

const NONE: readonly string[] = [];

/**
 * What was said, by the call or by the recommender; null = nobody said it.
 * @param event at hand; null = there is none
 */
export function statedSeeds(
  asked: readonly string[] | null,
  defined: SeedDefinition | null,
  items: readonly CustomerItem[],
  event: Roots | null,
): readonly string[] | null {
  if (asked !== null) return asked.slice(-SEEDS_MAX);
  if (defined === null) return null;
  switch (defined.kind) {
    case 'cart':
      return newest(cart(items));
    case 'bought':
      return newest(lastBought(items));
    case 'current':
      return current(items);
    case 'path': {
      const named = event === null ? NONE : namedBy(defined.path, event);
      return named.length === 0 ? current(items) : newest(named);
    }
  }
}

/** The items that an event names there. */
function namedBy(path: Path, event: Roots): readonly string[] {
  return readPath(path, event).flatMap((value) => itemIdOf(value) ?? []);
}

/** What a model takes where nobody said it. @param sessionMs the longest gap within a session */
export function ownSeeds(
  { model, byCategory }: SourceDefinition,
  items: readonly CustomerItem[],
  sessionMs: number,
): readonly string[] {
  switch (model) {
    case 'for_you':
      return newest(lastSession(items, sessionMs));
    case 'bought_together': {
      const inCart = cart(items);
      return inCart.length === 0 ? current(items) : newest(inCart);
    }
    case 'next':
      return newest(lastBought(items));
    case 'similar':
    case 'accessories':
      return current(items);
    case 'trending':
    case 'popular':
      return byCategory ? current(items) : NONE;
    case 'buy_again':
    case 'recently_viewed':
      return NONE;
  }
}

function current(items: readonly CustomerItem[]): readonly string[] {
  const last = items.at(-1);
  return last === undefined ? NONE : [last.itemId];
}

function cart(items: readonly CustomerItem[]): readonly string[] {
  const inCart = items.filter((item) => item.inCart);
  return inCart.sort((a, b) => a.cartAtMs - b.cartAtMs).map(idOf);
}

function lastBought(items: readonly CustomerItem[]): readonly string[] {
  const boughtMs = lastPurchaseMs(items);
  return items.filter((item) => item.purchases > 0 && item.boughtAtMs === boughtMs).map(idOf);
}

function lastSession(items: readonly CustomerItem[], sessionMs: number): readonly string[] {
  let first = Math.max(0, items.length - 1);
  while (first > 0 && items[first]!.atMs - items[first - 1]!.atMs <= sessionMs) first--;
  return items.slice(first).map(idOf);
}

function newest(ids: readonly string[]): readonly string[] {
  return ids.slice(-SEEDS_MAX);
}

/** Each once, where it came last. */
export function differentSeeds(seeds: readonly string[]): readonly string[] {
  return [...new Set(seeds.toReversed())].reverse();
}

function idOf({ itemId }: CustomerItem): string {
  return itemId;
}
