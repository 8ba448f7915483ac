// Recommenders of a catalog, what is asked of them, and what comes of it.

import type { InteractionRules } from './crowd/interactions.ts';
import type { JsonObject } from './json.ts';
import type { Path } from './path.ts';
import type { Condition } from './value.ts';

export const MODELS = [
  ...(['similar', 'bought_together', 'next', 'for_you', 'buy_again'] as const),
  ...(['recently_viewed', 'trending', 'popular', 'accessories'] as const),
] as const;

export type Model = (typeof MODELS)[number];

export const RANKS = ['cosine', 'lift', 'confidence'] as const;

/** One model as a recommender uses it. */
export interface SourceDefinition {
  readonly model: Model;
  /** bought_together. */
  readonly rank: (typeof RANKS)[number];
  /** bought_together: baskets that hold both, at least. */
  readonly minSupport: number;
  /** trending, popular: only of the category of the first seed that has one. */
  readonly byCategory: boolean;
  /** popular: among customers of the same member of this segment group; absent = among all. */
  readonly byGroup?: { readonly name: string; readonly index: number };
  /** In a blend; above 0. */
  readonly weight: number;
}

export type SeedDefinition =
  | { readonly kind: 'cart' }
  /** The item that the customer had to do with last. */
  | { readonly kind: 'current' }
  /** The items of the last purchase. */
  | { readonly kind: 'bought' }
  /** Of the event at hand; where there is none, or it does not say, `current`. */
  | { readonly kind: 'path'; readonly path: Path };

export interface Exclusions {
  /** Bought within, ms; null = it does not matter. */
  readonly boughtMs: number | null;
  readonly viewedMs: number | null;
  readonly inCart: boolean;
  readonly current: boolean;
}

export interface RecommenderDefinition {
  readonly name: string;
  /** One, or those of a blend. */
  readonly sources: readonly SourceDefinition[];
  readonly isBlend: boolean;
  /** null = what the model asks for by itself (engine/recommend/seeds.ts). */
  readonly seed: SeedDefinition | null;
  readonly limit: number;
  /** Reads `item` and `seed` (Scope.message), and the customer; null = everything fits. */
  readonly where: Condition | null;
  /** `where` as it is written, for explanations. */
  readonly whereText: string | null;
  readonly exclude: Exclusions;
  /** Most items of one brand, or category; null = any number. */
  readonly diversify: { readonly brand: number | null; readonly category: number | null };
  /** Asked in order while the list is short. */
  readonly fallback: readonly SourceDefinition[];
}

/** What a catalog says of items; null in Catalog.recommending = nothing is recommended. */
export interface Recommending {
  readonly interactions: InteractionRules;
  /** By name, in definition order. */
  readonly recommenders: ReadonlyMap<string, RecommenderDefinition>;
}

/** Longest list that may be asked for. */
export const RECOMMEND_LIMIT_MAX = 100;
/** Most seeds that count; the newest (last) do. */
export const SEEDS_MAX = 50;

/** A call of `/v1/recommend`. */
export interface RecommendRequest {
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly recommender: string;
  /** Item ids, as they happened: the last is the newest; null = what the recommender says. */
  readonly seed: readonly string[] | null;
  readonly limit: number | null;
  readonly context: JsonObject;
  /** Whether the answer says scores, sources, and what was removed. */
  readonly explain: boolean;
}

export interface RecommendedItem {
  readonly itemId: string;
  /** The first in a blend that has it; of fallbacks theirs. */
  readonly source: Model;
  /** The model's own number; of a blend Σ weight · score relative to the model's best. */
  readonly score: number;
  /** All that had it, with their own numbers. */
  readonly sources: readonly { readonly source: Model; readonly score: number }[];
  /** As callers see it: what is known of the item; null = nothing but its id. */
  readonly item: JsonObject | null;
}

/** Why a candidate is not in the list, in words. */
export const REMOVED = {
  unknown_item: 'it is no item of the shop any more',
  not_started: 'before its `starts`',
  ended: 'at or after its `ends`',
  out_of_stock: '`inStock` is false',
  seed: 'it is what the list is for',
  current: 'the customer is at it',
  in_cart: 'it is in the cart',
  bought: 'bought within the time that `exclude` says',
  viewed: 'viewed within the time that `exclude` says',
  where_false: '`where` is not true',
  where_unknown: '`where` lacks a value',
  diversity: 'there are enough of its brand or category',
  outranked: 'others have a higher score, and there is no more room',
} as const;

export type RemovedReason = keyof typeof REMOVED;

export interface RemovedItem {
  readonly itemId: string;
  readonly source: Model;
  readonly score: number;
  readonly reason: RemovedReason;
}

/** One list. */
export interface Recommendation {
  readonly recommendationId: string;
  readonly recommender: string;
  /** null = it was asked for by itself. */
  readonly placement: string | null;
  readonly seeds: readonly string[];
  readonly items: readonly RecommendedItem[];
  /** Where somebody asks why; at most REMOVED_MAX. */
  readonly removed: readonly RemovedItem[];
  /** Crowd.version; '' = there was no crowd. */
  readonly modelVersion: string;
  readonly recommendedAtMs: number;
}

export const REMOVED_MAX = 200;
