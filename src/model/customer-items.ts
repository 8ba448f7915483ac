// A customer's own items, as the state keeps them: what was looked at, bought, and is in the cart.

/** The latest of everything with one item; times are event times, epoch ms. */
export interface CustomerItem {
  readonly itemId: string;
  /** Any interaction. */
  readonly atMs: number;
  /** 0 = never. */
  readonly viewedAtMs: number;
  /** 0 = never. */
  readonly boughtAtMs: number;
  /** 0 = never. */
  readonly firstBoughtAtMs: number;
  /** Purchases at different times. */
  readonly purchases: number;
  readonly inCart: boolean;
  /** When it last came into the cart, or was taken out; 0 = never since the last purchase. */
  readonly cartAtMs: number;
}

/** Items that were bought, or are in the cart: the longest untouched leave. */
export const ITEMS_BOUGHT_MAX = 128;
/** All others. */
export const ITEMS_VIEWED_MAX = 48;

/** Which of the two bounds an item counts for. */
export function isOwned(item: CustomerItem): boolean {
  return item.purchases > 0 || item.inCart;
}

/**
 * Those that stay. A basket of hundreds leaves its last ones.
 * @param items longest untouched first; nothing is copied where all stay
 */
export function boundItems(items: readonly CustomerItem[]): readonly CustomerItem[] {
  let owned = 0;
  for (let i = 0; i < items.length; i++) if (isOwned(items[i]!)) owned++;
  let ownedOver = owned - ITEMS_BOUGHT_MAX;
  let viewedOver = items.length - owned - ITEMS_VIEWED_MAX;
  if (ownedOver <= 0 && viewedOver <= 0) return items;
  const kept: CustomerItem[] = [];
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const isOver = isOwned(item) ? ownedOver-- > 0 : viewedOver-- > 0;
    if (!isOver) kept.push(item);
  }
  return kept;
}
