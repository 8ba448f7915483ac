// The models that need no crowd: what a customer buys again and again, what was looked at last, and what
// was declared to go with something.

import type { CustomerItem } from '../../model/customer-items.ts';
import type { Items } from '../../model/item.ts';
import type { Scored } from './listing.ts';

const DAY_MS = 86_400_000;
/** Nobody needs the same thing again within it; it also keeps scores finite. */
const AGAIN_MS = 3_600_000;

/**
 * Items that were bought at least twice, by how often they will be bought about now, in purchases a day;
 * then those bought once, the latest first, below all of them.
 *
 * The rate is that of the modified Poisson-Gamma model (Bhagat, Muralidharan, Lobzhanidze, Vishwanath: Buy
 * It Again, KDD 2018), without what all customers do: k / (T + 2 · |m − t|) while t < 2 m, and k / (T + t)
 * from then on, where k purchases within T are m apart on average, and the last was t ago. So it is
 * highest when the customer's own gap is over, and fades with time. With k = 1, T and m are 0: 1 / t.
 */
export function buyAgain(items: readonly CustomerItem[], nowMs: number): readonly Scored[] {
  const again: Scored[] = [];
  const once: Scored[] = [];
  for (const item of items) {
    if (item.purchases === 0) continue;
    const score = purchasesADay(item, nowMs);
    (item.purchases > 1 ? again : once).push({ itemId: item.itemId, score });
  }
  again.sort(byScore);
  once.sort(byScore);
  const lowest = again.at(-1)?.score;
  if (lowest === undefined || once.length === 0) return [...again, ...once];
  const share = lowest / (2 * once[0]!.score);
  return [...again, ...once.map(({ itemId, score }) => ({ itemId, score: score * share }))];
}

function purchasesADay(item: CustomerItem, nowMs: number): number {
  const { purchases, boughtAtMs, firstBoughtAtMs } = item;
  const spanMs = boughtAtMs - firstBoughtAtMs;
  const sinceMs = Math.max(0, nowMs - boughtAtMs);
  const gapMs = purchases > 1 ? spanMs / (purchases - 1) : 0;
  const offMs = sinceMs < 2 * gapMs ? 2 * Math.abs(gapMs - sinceMs) : sinceMs;
  return (purchases * DAY_MS) / Math.max(AGAIN_MS, spanMs + offMs);
}

/** Newest first; the score is 1 / place. */
export function recentlyViewed(items: readonly CustomerItem[]): readonly Scored[] {
  const viewed = items.filter((item) => item.viewedAtMs !== 0);
  // Later in the list is later.
  viewed.reverse().sort((a, b) => b.viewedAtMs - a.viewedAtMs);
  return byPlace(viewed.map(({ itemId }) => itemId));
}

/** Those of the first seed, then those of the next, each once; the score is 1 / place. */
export function accessories(seeds: readonly string[], table: Items | null): readonly Scored[] {
  if (table === null) return [];
  const ids = new Set<string>();
  for (const seed of seeds) {
    const number = table.numberOf(seed);
    for (const id of (number < 0 ? null : table.at(number))?.accessories ?? []) ids.add(id);
  }
  return byPlace([...ids]);
}

function byPlace(ids: readonly string[]): readonly Scored[] {
  return ids.map((itemId, i) => ({ itemId, score: 1 / (i + 1) }));
}

function byScore(a: Scored, b: Scored): number {
  return b.score - a.score;
}
