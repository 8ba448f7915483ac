// Secrets that the ring does not know. A key that was made a moment ago is in Redis before its maker
// hears of it, so Redis is asked for it: once, a bounded number of times a second over all callers, and
// not again for a while after it said no. Beyond that a secret is unknown until the ring reads the keys
// by itself: garbage costs Redis no more than this, and a new key waits half a second at worst.

import type { ApiKey } from './api-key.ts';
import type { StoredKey } from './key-store.ts';

export interface UnknownKeysParts {
  /** Asks the store for the key of a hash; null = there is none, or it was revoked. @throws Unavailable */
  read(hash: string): Promise<StoredKey | null>;
  /** Monotonic, ms. */
  nowMs(): number;
}

/** Questions a second, and at once. One costs Redis about as much as a twentieth of an event. */
export const ASKED_PER_SECOND = 50;
/** How long a no is remembered, ms; the ring follows the store in less. */
const NO_MS = 1_000;

export class UnknownKeys {
  private readonly asked = new Map<string, Promise<ApiKey | null>>();
  /** By hash: until when it is not asked for again. At most what is asked in `NO_MS`. */
  private readonly refused = new Map<string, number>();
  private tokens = ASKED_PER_SECOND;
  private filledAtMs: number;

  constructor(private readonly parts: UnknownKeysParts) {
    this.filledAtMs = parts.nowMs();
  }

  /** null = it is not asked for, and counts as unknown. The promise rejects with Unavailable. */
  ask(hash: string): Promise<ApiKey | null> | null {
    const underWay = this.asked.get(hash);
    if (underWay !== undefined) return underWay;
    const nowMs = this.parts.nowMs();
    this.forget(nowMs);
    if (this.refused.has(hash) || !this.takeToken(nowMs)) return null;
    const asking = this.read(hash).finally(() => this.asked.delete(hash));
    this.asked.set(hash, asking);
    return asking;
  }

  private async read(hash: string): Promise<ApiKey | null> {
    const stored = await this.parts.read(hash);
    if (stored !== null && stored.revokedAtMs === null) {
      const { hash: _, ...key } = stored;
      return key;
    }
    this.refused.set(hash, this.parts.nowMs() + NO_MS);
    return null;
  }

  private forget(nowMs: number): void {
    // In the order in which they were refused: the first that still holds ends the search.
    for (const [hash, untilMs] of this.refused) {
      if (untilMs > nowMs) return;
      this.refused.delete(hash);
    }
  }

  private takeToken(nowMs: number): boolean {
    const filled = this.tokens + ((nowMs - this.filledAtMs) / 1_000) * ASKED_PER_SECOND;
    this.tokens = Math.min(ASKED_PER_SECOND, filled);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
