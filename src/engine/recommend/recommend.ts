// THE LIST, in order: what it is for (seeds) ─► what each source says, best first ─► one order of all
// (blend) ─► rules, then diversity, until the list is full ─► fallbacks while it is short.
//
// Pure: the same customer, call, crowd and time give the same list; nothing is written. Rules come before
// the limit: a list is never short while something that a source or fallback says fits. And nothing is made
// up: what no source and no fallback says is not in it.

import type { Crowd, Ranking } from '../../model/crowd/crowd.ts';
import { memberKey } from '../../model/crowd/interactions.ts';
import type { Inputs } from '../../model/inputs.ts';
import {
  type Model,
  RECOMMEND_LIMIT_MAX,
  type Recommendation,
  type RecommenderDefinition,
  type RecommendRequest,
  type SourceDefinition,
} from '../../model/recommending.ts';
import type { CustomerState } from '../../model/state.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { candidatesOf, type Listed } from './blend.ts';
import { itemFields } from './item-view.ts';
import { itemAt, ListMaking } from './list-making.ts';
import { crowdListing, type Listing, NO_LISTING, ownListing } from './listing.ts';
import { accessories, buyAgain, recentlyViewed } from './own-models.ts';
import { differentSeeds, ownSeeds, statedSeeds } from './seeds.ts';

/** What one model makes of the crowd's tables (models/ask-crowd.ts): items by number, best first. */
export type AskCrowd = (
  source: SourceDefinition,
  crowd: Crowd,
  seeds: readonly number[],
  nowMs: number,
  category: string | null,
  member: string | null,
) => Ranking;

/** What a list is asked with. */
export interface ListAsk {
  readonly recommendationId: string;
  /** null = it is asked for by itself. */
  readonly placement: string | null;
  readonly state: CustomerState;
  /** null = there is none: the customer's own items are there. */
  readonly crowd: Crowd | null;
  /** Turned to the customer; its event, if any, is the one at hand. Its `message` is written over. */
  readonly scope: StateScope;
  /** As in RecommendRequest. */
  readonly seed: readonly string[] | null;
  readonly limit: number | null;
  readonly explain: boolean;
}

/** What models are asked with. */
interface Making {
  readonly state: CustomerState;
  readonly crowd: Crowd | null;
  readonly askCrowd: AskCrowd;
  readonly sessionMs: number;
  /** Turned to the customer. */
  readonly scope: StateScope;
  /** null = nobody said any. */
  readonly stated: readonly string[] | null;
  readonly nowMs: number;
}

/**
 * A list that is asked for by itself.
 * @param crowd null = there is none: the customer's own items are there
 * @returns null = there is no such recommender
 */
export function recommend(
  program: Program,
  askCrowd: AskCrowd,
  state: CustomerState,
  request: RecommendRequest,
  recommendationId: string,
  crowd: Crowd | null,
  nowMs: number,
): Recommendation | null {
  const definition = program.catalog.recommending?.recommenders.get(request.recommender);
  if (definition === undefined) return null;
  const { context, seed, limit, explain } = request;
  const inputs: Inputs = { context, budgets: null, lists: null };
  const scope = program.scope.point(state, null, null, inputs, Math.max(nowMs, state.asOfMs));
  return makeList(program, askCrowd, definition, {
    ...{ recommendationId, placement: null, state, crowd, scope, seed, limit, explain },
  });
}

/** The list of a recommender; `scope` says when. */
export function makeList(
  program: Program,
  askCrowd: AskCrowd,
  definition: RecommenderDefinition,
  ask: ListAsk,
): Recommendation {
  const { recommendationId, placement, state, crowd, scope } = ask;
  const { nowMs } = scope;
  const stated = statedSeeds(ask.seed, definition.seed, state.items, scope.eventAtHand);
  const { sessionMs } = program.catalog.recommending!.interactions;
  const making: Making = { state, crowd, askCrowd, nowMs, sessionMs, scope, stated };
  const seeds = differentSeeds(making.stated ?? seedsOfAll(definition, making));
  const list = listFor(definition, ask, seeds);
  const drawnAs = state.drawnAs || state.customerId;
  const said = definition.sources.map((source) => listed(source, making));
  list.take(candidatesOf(said, definition.isBlend, drawnAs));
  for (const source of definition.fallback) {
    if (list.isFull) break;
    list.take(candidatesOf([listed(source, making)], false, drawnAs));
  }
  program.counters.conditionsUnknown += list.unknown;
  return {
    recommendationId,
    recommender: definition.name,
    placement,
    seeds,
    items: list.items,
    removed: list.removed,
    modelVersion: crowd?.version ?? '',
    recommendedAtMs: nowMs,
  };
}

function listFor(
  definition: RecommenderDefinition,
  { state, crowd, scope, seed, limit, explain }: ListAsk,
  seeds: readonly string[],
): ListMaking {
  const table = crowd?.items ?? null;
  const known = seeds.find((id) => itemAt(table, id) !== null);
  const judging = {
    definition,
    seeds: new Set(seeds),
    // Who asks for a page is at it, even where no event says so.
    current: seed?.at(-1) ?? state.items.at(-1)?.itemId ?? null,
    own: new Map(state.items.map((item) => [item.itemId, item])),
    seed: known === undefined ? null : itemFields(known, itemAt(table, known)),
    scope,
    nowMs: scope.nowMs,
  };
  const most = Math.min(limit ?? definition.limit, RECOMMEND_LIMIT_MAX);
  return new ListMaking(judging, table, most, explain);
}

/** What all sources take together, where nobody said what the list is for. */
function seedsOfAll({ sources }: RecommenderDefinition, making: Making): readonly string[] {
  const { state, sessionMs } = making;
  return sources.flatMap((source) => ownSeeds(source, state.items, sessionMs));
}

function listed(source: SourceDefinition, making: Making): Listed {
  return { source, listing: listingOf(source, making) };
}

function listingOf(source: SourceDefinition, making: Making): Listing {
  const { state, crowd, stated, sessionMs, nowMs } = making;
  const table = crowd?.items ?? null;
  const said = stated ?? ownSeeds(source, state.items, sessionMs);
  // Sessions are compared with how often and when; to all other models a seed is a seed.
  const seeds = source.model === 'for_you' ? said : differentSeeds(said);
  switch (source.model) {
    case 'buy_again':
      return ownListing(buyAgain(state.items, nowMs));
    case 'recently_viewed':
      return ownListing(recentlyViewed(state.items));
    case 'accessories':
      return ownListing(accessories(seeds, table));
    default:
      break;
  }
  if (crowd === null || table === null) return NO_LISTING;
  // Seeds that nobody knows say nothing.
  const numbers = seeds.map((id) => table.numberOf(id)).filter((number) => number >= 0);
  if (numbers.length === 0 && !NEEDS_NO_SEED.has(source.model)) return NO_LISTING;
  const category = source.byCategory ? categoryOf(numbers, crowd) : null;
  const member = memberOf(source, making.scope);
  return crowdListing(making.askCrowd(source, crowd, numbers, nowMs, category, member), table);
}

const NEEDS_NO_SEED: ReadonlySet<Model> = new Set<Model>(['trending', 'popular']);

/** null = the source does not ask, or the customer is of no member: among all. */
function memberOf({ byGroup }: SourceDefinition, scope: StateScope): string | null {
  if (byGroup === undefined) return null;
  const member = scope.segment(byGroup.index);
  return typeof member === 'string' && member !== '' ? memberKey(byGroup.name, member) : null;
}

/** Of the first seed that has one; null = none has. */
function categoryOf(seeds: readonly number[], { items }: Crowd): string | null {
  for (const seed of seeds) {
    const category = items.at(seed)?.category ?? null;
    if (category !== null) return category;
  }
  return null;
}
