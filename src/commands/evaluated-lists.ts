// The lists of an evaluation: what a service that has learned the same would answer a customer whose session
// this is, before any rule. Through the same models, the same seeds and the same drawing of ties: a session
// is a customer, its number the customer's id.

import { type Candidate, candidatesOf } from '../engine/recommend/blend.ts';
import { crowdListing } from '../engine/recommend/listing.ts';
import { askCrowd } from '../engine/recommend/models/ask-crowd.ts';
import { forYou, type NeighbourChoice } from '../engine/recommend/models/for-you.ts';
import { differentSeeds } from '../engine/recommend/seeds.ts';
import type { CrowdTables } from '../model/crowd/crowd-tables.ts';
import type { Model, SourceDefinition } from '../model/recommending.ts';

/** @param itemIds of the session so far, as they happened; @returns best first */
export type EvaluatedLists = (
  tables: CrowdTables,
  itemIds: readonly string[],
  sessionId: string,
  nowMs: number,
) => Iterable<Candidate>;

/** @param choice of `for_you` */
export function evaluatedLists(source: SourceDefinition, choice: NeighbourChoice): EvaluatedLists {
  return (tables, itemIds, sessionId, nowMs) => {
    const numbers = seedsOf(source.model, itemIds)
      .map((itemId) => tables.items.numberOf(itemId))
      .filter((number) => number >= 0);
    const ranking =
      source.model === 'for_you'
        ? forYou(tables, numbers, choice)
        : askCrowd(source, tables, numbers, nowMs, null);
    const listing = crowdListing(ranking, tables.items);
    return candidatesOf([{ source, listing }], false, sessionId);
  };
}

/** As a customer has them: each item once, where it came last. */
function seedsOf(model: Model, itemIds: readonly string[]): readonly string[] {
  if (model === 'for_you') return differentSeeds(itemIds);
  return model === 'trending' || model === 'popular' ? [] : itemIds.slice(-1);
}
