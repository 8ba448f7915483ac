// What a page did without a token for a visitor is kept apart (finding.ts) as long as nothing says whose it
// is. The customer who shows that visitor takes it in.

import { LRUCache } from 'lru-cache';
import { Unreadable } from '../errors.ts';
import type { CustomerState } from '../model/state.ts';
import type { Named, StoredState } from '../pipeline.ts';
import type { Finding } from './finding.ts';
import { hasRoomForMerge } from './forgettable.ts';
import type { Moves } from './moves.ts';
import { isNobody } from './nobodys.ts';

const LOOKED_MAX = 10_000;
/** How often a customer is asked for what was kept apart of a visitor, ms. */
const LOOKED_MS = 10_000;

export class TakingIn {
  /** Who was kept apart, and looked for with whom, a moment ago. */
  private readonly looked = new LRUCache<string, true>({ max: LOOKED_MAX, ttl: LOOKED_MS });

  constructor(
    private readonly finding: Finding,
    private readonly moves: Pick<Moves, 'fold'>,
    private readonly nowMs: () => number,
  ) {}

  /** Whether it was looked for a moment ago. @param id of the visitor apart */
  isSeenTo({ customerId }: CustomerState, id: string): boolean {
    return this.looked.has(`${customerId}\n${id}`);
  }

  /** @returns the customer then */
  async takeIn(caller: StoredState, id: string, named: Named): Promise<StoredState> {
    const { customerId } = caller.state;
    this.looked.set(`${customerId}\n${id}`, true);
    const apart = await this.finding.findFresh(id);
    if (isNobody(apart) || apart.state.customerId !== id) return caller;
    if (!hasRoomForMerge(caller.state, this.nowMs())) return caller;
    try {
      await this.moves.fold(apart, caller, named.nowMs);
    } catch (error) {
      // The customer's call goes on without it.
      if (error instanceof Unreadable) return caller;
      throw error;
    }
    return this.finding.findFresh(customerId);
  }
}
