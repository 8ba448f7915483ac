// Why an item does not come into a list. Some rules always hold: what is sold no more, not yet, or is out
// of stock is recommended to nobody. The others are the recommender's.

import type { CustomerItem } from '../../model/customer-items.ts';
import type { Item } from '../../model/item.ts';
import type { RecommenderDefinition, RemovedReason } from '../../model/recommending.ts';
import type { Value } from '../../model/value.ts';
import type { StateScope } from '../scope.ts';
import type { Candidate } from './blend.ts';
import { itemFields } from './item-view.ts';

/** What candidates of one list are judged by. */
export interface Judging {
  readonly definition: RecommenderDefinition;
  /** What the list is for. */
  readonly seeds: ReadonlySet<string>;
  /** What the customer is at; null = nothing. */
  readonly current: string | null;
  /** The customer's own items by id. */
  readonly own: ReadonlyMap<string, CustomerItem>;
  /** `seed` of conditions; null = none is known. */
  readonly seed: { readonly [key: string]: Value } | null;
  /** Turned to the customer. */
  readonly scope: StateScope;
  readonly nowMs: number;
}

/** The first rule that is against it; null = none is. @param item null = nothing is known of it */
export function reasonAgainst(
  judging: Judging,
  candidate: Candidate,
  item: Item | null,
): RemovedReason | null {
  return (
    (item === null ? null : shopsReason(item, judging.nowMs)) ??
    customersReason(judging, candidate) ??
    conditionsReason(judging, candidate.itemId, item)
  );
}

function shopsReason(item: Item, nowMs: number): RemovedReason | null {
  if (item.known === 'deleted') return 'unknown_item';
  if (item.startsAtMs !== null && nowMs < item.startsAtMs) return 'not_started';
  if (item.endsAtMs !== null && nowMs >= item.endsAtMs) return 'ended';
  return item.inStock ? null : 'out_of_stock';
}

function customersReason(judging: Judging, candidate: Candidate): RemovedReason | null {
  const { itemId } = candidate;
  const { definition, current, nowMs } = judging;
  const { exclude } = definition;
  if (judging.seeds.has(itemId) && !isForYou(candidate)) return 'seed';
  if (exclude.current && itemId === current) return 'current';
  const own = judging.own.get(itemId);
  if (own === undefined) return null;
  if (exclude.inCart && own.inCart) return 'in_cart';
  if (isWithin(own.boughtAtMs, exclude.boughtMs, nowMs)) return 'bought';
  return isWithin(own.viewedAtMs, exclude.viewedMs, nowMs) ? 'viewed' : null;
}

function conditionsReason(
  { definition, seed, scope }: Judging,
  itemId: string,
  item: Item | null,
): RemovedReason | null {
  if (definition.where === null) return null;
  const fields = itemFields(itemId, item);
  scope.message = seed === null ? { item: fields } : { item: fields, seed };
  const held = definition.where(scope);
  scope.message = undefined;
  if (held === true) return null;
  return held === false ? 'where_false' : 'where_unknown';
}

/** People go back to what they looked at: sessions say how often, so what they say stays. */
function isForYou({ sources }: Candidate): boolean {
  return sources.some(({ source }) => source === 'for_you');
}

/** @param atMs 0 = never */
function isWithin(atMs: number, withinMs: number | null, nowMs: number): boolean {
  return withinMs !== null && atMs !== 0 && atMs > nowMs - withinMs;
}
