// The models that need no crowd: what a customer buys again and again, what was looked at last, and what
// was declared to go with something.

import type { CustomerItem } from '../../model/customer-items.ts';
import type { Items } from '../../model/item.ts';
import type { Scored } from './listing.ts';

const DAY_MS = 86_400_000;

/**
 * Items that were bought at least twice, by how due they are: 1 + min(t / m, m / t), with m the customer's
 * own mean gap between purchases of the item and t the time since the last. Then those bought once, the
 * latest first: 1 / (1 + days since), which is never above the others.
 *
 * People buy again most when their mean gap is over (Bhagat, Muralidharan, Lobzhanidze, Vishwanath: Buy It
 * Again, KDD 2018), so the score is highest there. Their modified Poisson-Gamma rate was rejected: it is
 * purchases a day, so that what is bought weekly, and was yesterday, comes before the monthly that is due.
 */
export function buyAgain(items: readonly CustomerItem[], nowMs: number): readonly Scored[] {
  const scored: Scored[] = [];
  for (const item of items) {
    if (item.purchases > 0) scored.push({ itemId: item.itemId, score: againScore(item, nowMs) });
  }
  return scored.sort((a, b) => b.score - a.score);
}

function againScore(item: CustomerItem, nowMs: number): number {
  const { purchases, boughtAtMs, firstBoughtAtMs } = item;
  const sinceMs = Math.max(0, nowMs - boughtAtMs);
  if (purchases === 1) return 1 / (1 + sinceMs / DAY_MS);
  const gapMs = (boughtAtMs - firstBoughtAtMs) / (purchases - 1);
  const [shorter, longer] = sinceMs < gapMs ? [sinceMs, gapMs] : [gapMs, sinceMs];
  return 1 + (longer > 0 ? shorter / longer : 0);
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
