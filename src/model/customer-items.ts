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
  readonly firstBoughtAtMs: number;
  /** Purchases at different times. */
  readonly purchases: number;
  readonly inCart: boolean;
}

/** Items that were bought, or are in the cart: the longest untouched leave. */
export const ITEMS_BOUGHT_MAX = 128;
/** All others. */
export const ITEMS_VIEWED_MAX = 48;
