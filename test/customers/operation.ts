// What the people of a random history do.

import type { Told } from './kept-customer.ts';

export interface EventCall {
  readonly kind: 'event';
  readonly messageId: string;
  /** The strongest first. */
  readonly names: readonly string[];
  /** Of an `alias` the id that is renamed: a customer's, or else the visitor's of that name. */
  readonly previous: string | null;
  readonly told: Told;
}

export type Operation =
  | EventCall
  | { readonly kind: 'merge'; readonly into: string; readonly from: string }
  /** Of the merges of that customer the last one of `from`. */
  | {
      readonly kind: 'unmerge';
      readonly of: string;
      readonly from: string;
      readonly mergeId: string;
    }
  | {
      readonly kind: 'click';
      readonly messageId: string;
      readonly name: string;
      readonly decisionId: string;
      readonly offerId: string;
    };
