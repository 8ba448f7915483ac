// What the learner tells of the crowd: the tables of crowd.ts are what comes of facts, in any process that
// was told the same ones. Counts are whole numbers, weights multiples of 1/WEIGHT_UNIT, so that sums come
// out the same in whatever order customers were learned from.

import type { ItemSighting } from '../item.ts';

/** Item numbers are the teller's own: `item` facts come before all others that use them. */
export type Fact =
  /** Number → item; where the number was another's, that one is forgotten first. */
  | { readonly kind: 'item'; readonly item: number; readonly itemId: string }
  /** What events say of it, beside what was said before. */
  | { readonly kind: 'seen'; readonly item: number; readonly sighting: ItemSighting }
  | { readonly kind: 'forget'; readonly item: number }
  | {
      readonly kind: 'interaction';
      readonly item: number;
      /** Epoch ms. */
      readonly atMs: number;
      /** Of the event. */
      readonly weight: number;
      /**
       * The session that it belongs to, and whether that begins with it. One item more than
       * SESSION_ITEMS_MAX takes the session out of what is held; −1 = it was taken out before.
       */
      readonly session: number;
      readonly begins: boolean;
      /** What Σ r_ui grows by, in 1/WEIGHT_UNIT. */
      readonly interest: number;
      /** As in Interaction. */
      readonly members?: readonly string[];
      /** Of the customer's other items: what Σ min(r_ui, r_uj) grows by, and the customers with both. */
      readonly pairs: readonly PairFact[];
    }
  | { readonly kind: 'basket'; readonly items: readonly number[] }
  /** The customer's purchase before, and this one. */
  | {
      readonly kind: 'followed';
      readonly before: readonly number[];
      readonly after: readonly number[];
    };

export interface PairFact {
  readonly item: number;
  /** In 1/WEIGHT_UNIT. */
  readonly interest: number;
  /** 1 = this customer had not had both. */
  readonly customers: 0 | 1;
}

export const WEIGHT_UNIT = 4_096;
/** Half-life of interest, ms. */
export const INTEREST_HALF_LIFE_MS = 30 * 86_400_000;
