// What was refused lately: a page that sends somebody else's phone with every event must not cost a look
// with every event, nor leave a row for each. Its sender is told the reason as long.

import { LRUCache } from 'lru-cache';
import type { RefusedMergeReason } from '../model/identity.ts';

const REMEMBERED_MAX = 10_000;
const REMEMBERED_MS = 60_000;
/** Names that one caller is told of. */
const TOLD_MAX = 16;

export class Refusals {
  private readonly recent = new LRUCache<string, true>({
    max: REMEMBERED_MAX,
    ttl: REMEMBERED_MS,
  });

  /** By the name of the caller alone: a lookup costs whoever was refused nothing no new text. */
  private readonly reasons = new LRUCache<string, readonly Refused[]>({
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
  reasonOf(callerId: string, nameId: string, receivedAtMs: number): RefusedMergeReason | null {
    const all = this.reasons.size === 0 ? undefined : this.reasons.get(callerId);
    const refused = all?.find(({ name }) => name === nameId);
    if (refused === undefined || receivedAtMs - refused.atMs > REMEMBERED_MS) return null;
    return refused.reason;
  }

  /** Notes why, for the sender. @param atMs when the call was received */
  tell(callerId: string, nameId: string, reason: RefusedMergeReason, atMs: number): void {
    const others = (this.reasons.get(callerId) ?? NONE).filter(({ name }) => name !== nameId);
    this.reasons.set(callerId, [...others.slice(1 - TOLD_MAX), { name: nameId, reason, atMs }]);
  }
}

interface Refused {
  readonly name: string;
  readonly reason: RefusedMergeReason;
  readonly atMs: number;
}

const NONE: readonly Refused[] = [];
