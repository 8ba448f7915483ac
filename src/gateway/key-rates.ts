// Hot path. What each key may send, in events a second, over all gateways together. The buckets
// are in Redis (lua/take-tokens.lua). A round trip for every request would cost too much, so a gateway
// takes tokens ahead for keys that send much, up to CHUNK_MS worth of the rate, and spends them here:
//
//   take ─► enough here? ──yes──► spent                    keys that send little: a round trip each
//             │no            ┌──► taken: those who wait are served in order
//             └─► ask Redis ─┼──► empty: 429, and here until then without asking
//                            └──► away: let in; the request fails by itself where the store is needed
//
// So over any time t a key sends at most burst + rate × t, and one chunk a gateway. A batch larger
// than the burst needs a full bucket, is let in whole, and is paid off before the next. Admin keys
// have no rate but one of their own: imports are bounded by what is in flight.

import { Unavailable } from '../errors.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import type { ApiKey } from './keys/api-key.ts';

/** What a key may send. */
export interface Rate {
  /** Events a second. */
  readonly perSecond: number;
  /** Events at once. */
  readonly burst: number;
}

/** Where tokens come from. */
export interface TokenSource {
  /**
   * @param rate of this key
   * @param needs tokens without which nothing is taken
   * @param takes tokens that are taken then
   * @param ahead tokens beside them that are welcome
   * @throws Unavailable
   */
  take(
    keyId: string,
    rate: Rate,
    needs: number,
    takes: number,
    ahead: number,
  ): Promise<TokensTaken>;
}

export type TokensTaken =
  | { readonly kind: 'taken'; readonly tokens: number; readonly fullInMs: number }
  | { readonly kind: 'empty'; readonly waitMs: number; readonly fullInMs: number };

/** With the rate of keys that have none of their own; 0 = they have none. */
export interface KeyRateParts extends Rate {
  readonly source: TokenSource;
  readonly clock: { nowMs(): number; monotonicMs(): number };
  /** Requests that were let in because Redis did not answer. */
  readonly unchecked: PlainCounter;
  onFault(error: unknown): void;
}

/** ms until as many events may come; 0 = they may now. */
export type Wait = number | Promise<number>;

/** Most that a gateway holds of a key, as time at its rate; ms. */
const CHUNK_MS = 50;
/** Tokens held and not spent for so long are forgotten: they must not add to a later burst; ms. */
const HELD_MS = 1_000;

export class KeyRates {
  private readonly purses = new Map<string, Purse>();

  constructor(private readonly parts: KeyRateParts) {}

  /** Whether it is known without asking that not one event of this key may come; ms to wait. */
  knownWaitMs(key: ApiKey): number {
    return this.purses.get(key.id)?.knownWaitMs(1) ?? 0;
  }

  /** Spends `events` of a key's rate, all or none. */
  take(key: ApiKey, events: number): Wait {
    let purse = this.purses.get(key.id);
    if (purse === undefined) {
      const rate = this.rateOf(key);
      if (rate === null) return 0;
      purse = new Purse(key.id, rate, this.parts);
      this.purses.set(key.id, purse);
    }
    return purse.take(events);
  }

  /** null = it has none. */
  private rateOf({ kind, options }: ApiKey): Rate | null {
    const own = options.ratePerSecond;
    if (own !== null) return { perSecond: own, burst: Math.max(1, own) };
    return kind === 'admin' || this.parts.perSecond === 0 ? null : this.parts;
  }

  /** Value of X-RateLimit-Limit, with the lines of its kin; '' = the key has none. */
  headersOf(key: ApiKey): string {
    return this.purses.get(key.id)?.headers() ?? '';
  }
}

interface Waiting {
  readonly events: number;
  readonly settle: (waitMs: number) => void;
}

/** What one gateway holds and knows of one key. */
class Purse {
  private tokens = 0;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  /** How much to ask for ahead: doubles while the key keeps coming back. */
  private ahead = 0;
  private fullAtMs = 0;
  /** Until then Redis need not be asked for `emptyFor` events or more. */
  private emptyUntilMs = 0;
  private emptyFor = 1;
  private waiting: Waiting[] = [];
  private isAsking = false;

  constructor(
    private readonly keyId: string,
    private readonly rate: Rate,
    private readonly parts: KeyRateParts,
  ) {}

  take(events: number): Wait {
    if (this.waiting.length === 0) {
      const nowMs = this.parts.clock.monotonicMs();
      if (nowMs - this.askedAtMs > HELD_MS) this.tokens = 0;
      if (this.tokens >= events) {
        this.tokens -= events;
        return 0;
      }
    }
    const waitMs = this.knownWaitMs(events);
    if (waitMs > 0) return waitMs;
    return new Promise((settle) => {
      this.waiting.push({ events, settle });
      if (!this.isAsking) void this.ask();
    });
  }

  knownWaitMs(events: number): number {
    if (events < this.emptyFor || this.tokens >= events) return 0;
    const { burst, perSecond } = this.rate;
    const { clock } = this.parts;
    const waitMs = this.emptyUntilMs - clock.monotonicMs();
    if (waitMs <= 0) return 0;
    const more = Math.min(events, burst) - Math.min(this.emptyFor, burst);
    return waitMs + (more * 1_000) / perSecond;
  }

  headers(): string {
    const { burst, perSecond } = this.rate;
    const { clock } = this.parts;
    const fullInMs = Math.max(0, this.fullAtMs - clock.monotonicMs());
    const shared = Math.max(0, burst - (fullInMs * perSecond) / 1_000);
    const remaining = Math.min(burst, Math.floor(shared) + this.tokens);
    const resetAtS = Math.ceil((clock.nowMs() + fullInMs) / 1_000);
    return `${burst}\r\nX-RateLimit-Remaining: ${remaining}\r\nX-RateLimit-Reset: ${resetAtS}`;
  }

  /** Asks until nobody waits. */
  private async ask(): Promise<void> {
    this.isAsking = true;
    while (this.waiting.length > 0) {
      try {
        await this.askOnce();
      } catch (error) {
        // Open rather than closed: it is the store's part to refuse, in its own words.
        if (!(error instanceof Unavailable)) this.parts.onFault(error);
        const waiting = this.waiting;
        this.waiting = [];
        this.parts.unchecked.value += waiting.length;
        for (const { settle } of waiting) settle(0);
      }
    }
    this.isAsking = false;
  }

  private async askOnce(): Promise<void> {
    const { burst, perSecond } = this.rate;
    const { source, clock } = this.parts;
    const nowMs = clock.monotonicMs();
    const sinceMs = nowMs - this.askedAtMs;
    this.askedAtMs = nowMs;
    const chunk = Math.floor((perSecond * CHUNK_MS) / 1_000);
    if (sinceMs > HELD_MS) this.ahead = 0;
    else if (sinceMs <= CHUNK_MS) this.ahead = Math.min(chunk, Math.max(1, this.ahead * 2));
    const missing = this.waiting[0]!.events - this.tokens;
    let others = 0;
    for (let i = 1; i < this.waiting.length; i++) others += this.waiting[i]!.events;
    const answer = await source.take(
      this.keyId,
      this.rate,
      Math.min(missing, burst),
      missing,
      others + this.ahead,
    );
    const answeredAtMs = clock.monotonicMs();
    this.fullAtMs = answeredAtMs + answer.fullInMs;
    if (answer.kind === 'taken') {
      this.tokens += answer.tokens;
      this.serve();
      return;
    }
    const { events } = this.waiting[0]!;
    this.emptyUntilMs = answeredAtMs + answer.waitMs;
    this.emptyFor = events;
    const refused = this.waiting.filter((waiting) => waiting.events >= events);
    this.waiting = this.waiting.filter((waiting) => waiting.events < events);
    for (const { settle } of refused) settle(answer.waitMs);
  }

  /** In order: a large batch is not overtaken by what comes after it. */
  private serve(): void {
    let served = 0;
    while (served < this.waiting.length && this.waiting[served]!.events <= this.tokens) {
      this.tokens -= this.waiting[served]!.events;
      this.waiting[served++]!.settle(0);
    }
    this.waiting = this.waiting.slice(served);
  }
}
