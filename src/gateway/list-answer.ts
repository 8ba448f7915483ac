// Lists as callers see them: by themselves, and in decisions that are explained.

import { publicItem } from '../model/public-item.ts';
import {
  REMOVED,
  type Recommendation,
  type RecommendedItem,
  type RemovedItem,
} from '../model/recommending.ts';

/** The body of an answer of `/v1/recommend`. */
export function listText(list: Recommendation, explain: boolean): string {
  const { recommendationId, items, removed, seeds } = list;
  return JSON.stringify({
    recommendationId,
    items: items.map(explain ? explainedItem : publicItem),
    ...(explain && { removed: removed.map(explainedRemoval), seeds }),
  });
}

/** An item with its own numbers. */
export function explainedItem(item: RecommendedItem): object {
  const { score, sources } = item;
  return { ...publicItem(item), score, sources };
}

export function explainedRemoval({ itemId, source, score, reason }: RemovedItem): object {
  return { itemId, source, score, reason, why: REMOVED[reason] };
}
