// Hot path, where a catalog recommends. A customer's own items to bytes and back, as the sections in
// sections.ts. What is alike is said by a bit: most items were viewed last, and bought never or once.

import type { CustomerItem } from '../model/customer-items.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** Each time that is not 0 follows, unless its second bit says that it is `atMs`. */
const VIEWED = 1;
const VIEWED_LAST = 2;
const BOUGHT = 4;
const BOUGHT_LAST = 8;
/** Number and first time of purchases follow; without it there was one, or none. */
const BOUGHT_AGAIN = 16;
const IN_CART = 32;
const CART = 64;
const CART_LAST = 128;

export function writeItems(to: ByteWriter, items: readonly CustomerItem[]): void {
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!;
    const { atMs, viewedAtMs, boughtAtMs, firstBoughtAtMs, purchases, cartAtMs } = item;
    const isOnce = firstBoughtAtMs === boughtAtMs && purchases === (boughtAtMs === 0 ? 0 : 1);
    const flags =
      flagsOf(viewedAtMs, atMs, VIEWED, VIEWED_LAST) |
      flagsOf(boughtAtMs, atMs, BOUGHT, BOUGHT_LAST) |
      flagsOf(cartAtMs, atMs, CART, CART_LAST) |
      (isOnce ? 0 : BOUGHT_AGAIN) |
      (item.inCart ? IN_CART : 0);
    to.byte(flags);
    to.text(item.itemId);
    to.timeMs(atMs);
    if (isOther(flags, VIEWED, VIEWED_LAST)) to.timeMs(viewedAtMs);
    if (isOther(flags, CART, CART_LAST)) to.timeMs(cartAtMs);
    if (isOther(flags, BOUGHT, BOUGHT_LAST)) to.timeMs(boughtAtMs);
    if (!isOnce) {
      to.varint(purchases);
      to.timeMs(firstBoughtAtMs);
    }
  }
}

export function readItems(from: ByteReader): CustomerItem[] {
  const items: CustomerItem[] = [];
  while (from.at < from.end) {
    const flags = from.byte();
    const itemId = from.text();
    const atMs = from.timeMs();
    const viewedAtMs = readTime(from, flags, VIEWED, VIEWED_LAST, atMs);
    const cartAtMs = readTime(from, flags, CART, CART_LAST, atMs);
    const boughtAtMs = readTime(from, flags, BOUGHT, BOUGHT_LAST, atMs);
    const isAgain = (flags & BOUGHT_AGAIN) !== 0;
    const purchases = isAgain ? from.varint() : boughtAtMs === 0 ? 0 : 1;
    items.push({
      itemId,
      atMs,
      viewedAtMs,
      boughtAtMs,
      firstBoughtAtMs: isAgain ? from.timeMs() : boughtAtMs,
      purchases,
      inCart: (flags & IN_CART) !== 0,
      cartAtMs,
    });
  }
  return items;
}

function flagsOf(timeMs: number, atMs: number, has: number, isLast: number): number {
  if (timeMs === 0) return 0;
  return timeMs === atMs ? has | isLast : has;
}

function isOther(flags: number, has: number, isLast: number): boolean {
  return (flags & (has | isLast)) === has;
}

function readTime(from: ByteReader, flags: number, has: number, isLast: number, atMs: number) {
  if ((flags & has) === 0) return 0;
  return (flags & isLast) !== 0 ? atMs : from.timeMs();
}
