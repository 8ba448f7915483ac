// A list that was answered. Asked for by itself it changes no customer's state, and nothing is stepped again
// from its record. The table is `recommendations`, its tag `n`.

import { columnString } from '../model/json-hazards.ts';
import type { Recommendation } from '../model/recommending.ts';
import { columnTime, whole } from './column-values.ts';
import { rejectionHead } from './record-head.ts';

/** @param customerId as the state has it */
export function writeRecommendation(customerId: string, list: Recommendation): string {
  return `${rejectionHead(list.recommendedAtMs)}\n${recommendationLine(customerId, list)}`;
}

/** The line of a list, in a record of its own or beside the decision that it is in. */
export function recommendationLine(
  customerId: string,
  { recommendationId, recommender, placement, seeds, items, ...told }: Recommendation,
): string {
  const { modelVersion, recommendedAtMs } = told;
  return (
    `n{"recommendation_id":${columnString(recommendationId)}` +
    `,"customer_id":${columnString(customerId)},"recommender":${columnString(recommender)}` +
    `,"placement":${columnString(placement ?? '')},"seeds":${strings(seeds)}` +
    `,"item_ids":${strings(items.map(({ itemId }) => itemId))}` +
    `,"sources":${strings(items.map(({ source }) => source))}` +
    // NaN and Infinity have no JSON.
    `,"scores":[${items.map(({ score }) => (Number.isFinite(score) ? score : 0)).join(',')}]` +
    `,"model_version":${columnString(modelVersion)}` +
    `,"recommended_at":${columnTime(whole(recommendedAtMs))}}`
  );
}

function strings(texts: readonly string[]): string {
  return `[${texts.map((text) => columnString(text)).join(',')}]`;
}
