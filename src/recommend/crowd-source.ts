// Where a process has what was learned of all customers: a port, filled by whoever follows the learner.

import type { Crowd } from '../model/crowd/crowd.ts';
import type { Item } from '../model/item.ts';

export interface CrowdSource {
  /** As it is now; null = nothing is known of it here. Cheap: asked for each list. */
  current(): Crowd | null;
}

/** Where what is declared goes to, beside what was seen in events. */
export interface ItemSink {
  /** In place of all that was declared of it. */
  declare(item: Item): void;
  /** It is sold no more. */
  remove(itemId: string): void;
}
