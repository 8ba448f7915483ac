// Items and lists of them, as the gateway asks for them: ports.

import type { Item } from '../model/item.ts';
import type { Recommendation, RecommendRequest } from '../model/recommending.ts';

export interface Items {
  /**
   * Declares items, each in place of all that was declared of it; all of them, or none.
   * @param items no id twice
   * @throws Unavailable
   */
  put(items: readonly Item[], atMs: number): Promise<'declared' | 'items_full'>;
  /** What is known of one; null = nothing, or that it was deleted. @throws Unavailable */
  find(itemId: string): Promise<Item | null>;
  /** @returns false = nobody ever heard of it, or it is deleted already. @throws Unavailable */
  delete(itemId: string, atMs: number): Promise<boolean>;
}

/** A question for a list. */
export interface Asked {
  readonly customerId: string;
  /** As in Submission. */
  readonly follows: boolean;
  readonly request: RecommendRequest;
  readonly recommendationId: string;
  /** Whether history is told. */
  readonly record: boolean;
}

export type Recommended =
  | { readonly kind: 'list'; readonly list: Recommendation }
  /** @param known names of the recommenders that there are */
  | { readonly kind: 'unknown'; readonly known: readonly string[] };

export interface Recommending {
  /** A list for a customer as they are now. @throws Unavailable */
  recommend(asked: Asked): Promise<Recommended>;
}
