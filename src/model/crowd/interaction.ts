// What the tracker learns from.

import type { ItemSighting } from '../item.ts';
import type { InteractionKind } from './interactions.ts';

/** An event about items. */
export interface Interaction {
  readonly customerId: string;
  readonly kind: InteractionKind;
  /** Different ones, in the order of the event (interactions.ts). */
  readonly itemIds: readonly string[];
  /** What the event says of them: of `itemIds[k]`; null, or none at all = nothing. */
  readonly sightings: readonly (ItemSighting | null)[];
  /** Of the event, as the catalog says; of what leaves the cart it does not matter. */
  readonly weight: number;
  /** Of which groups the customer was a member then, by memberKey; absent = of none that is learned. */
  readonly members?: readonly string[];
  /** Event time, epoch ms. */
  readonly atMs: number;
}

/** `from` was folded into `into`. */
export interface Joining {
  readonly kind: 'join';
  readonly from: string;
  readonly into: string;
}
