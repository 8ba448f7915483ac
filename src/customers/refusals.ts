// What was refused lately: a page that sends somebody else's phone with every event must not cost a look
// with every event, nor leave a row for each. Its sender is told the reason as long.

import { LRUCache } from 'lru-cache';
import type { RefusedMergeReason } from '../model/identity.ts';

const REMEMBERED_MAX = 10_000;
const REMEMBERED_MS = 60_000;

export class Refusals {
  private readonly recent = new LRUCache<string, true>({
    max: REMEMBERED_MAX,
    ttl: REMEMBERED_MS,
  });

  private readonly reasons = new LRUCache<string, RefusedMergeReason>({
    max: REMEMBERED_MAX,
    ttl: REMEMBERED_MS,
  });

  /** @param what a name, or what was wrong with one */
  has(customerId: string, what: string): boolean {
    return this.recent.size > 0 && this.recent.has(`${customerId}\n${what}`);
  }

  add(customerId: string, what: string): void {
    this.recent.set(`${customerId}\n${what}`, true);
  }

  /** @param callerId the name that the call was submitted under, whoever's it is */
  reasonOf(callerId: string, nameId: string): RefusedMergeReason | null {
    return this.reasons.size === 0 ? null : (this.reasons.get(`${callerId}\n${nameId}`) ?? null);
  }

  /** Notes why, for the sender. */
  tell(callerId: string, nameId: string, reason: RefusedMergeReason): void {
    this.reasons.set(`${callerId}\n${nameId}`, reason);
  }
}
