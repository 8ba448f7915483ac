import type { JsonObject } from './json.ts';
import type { RecommendedItem } from './recommending.ts';

/** An item of a list as callers see it. */
export function publicItem({ itemId, source, item }: RecommendedItem): JsonObject {
  return { itemId, source, ...(item !== null && { item }) };
}
