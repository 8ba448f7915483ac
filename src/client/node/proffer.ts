// Proffer in a server, with a write key: what customers do goes out, offers come back in the answer. Each
// call is one request on a connection that is kept; `batch` sends many. Nothing is held back: who has the
// promise knows whether it is counted.

import { randomUUID } from 'node:crypto';
import type { Call, Decision, Failure } from '../answers.ts';
import { type Patience, ProfferError, postPatiently } from './attempts.ts';

export type { Call, Decision, Failure, ListedItem, Offer } from '../answers.ts';
export { ProfferError } from './attempts.ts';

export interface Options extends Partial<Patience> {
  /** A key of kind write. */
  readonly key: string;
  /** Without a path; http://127.0.0.1:8080 if absent. */
  readonly endpoint?: string;
}

/** Who it is: one of them at least. */
export interface Who {
  readonly userId?: string;
  readonly anonymousId?: string;
}

interface Every extends Who {
  /** Made if absent: the same one is counted once. */
  readonly messageId?: string;
  /** When it happened; now if absent. */
  readonly timestamp?: string | Date;
  readonly context?: object;
}

export interface Track extends Every {
  readonly event: string;
  readonly properties?: object;
}

export interface Identify extends Every {
  readonly traits?: object;
}

export interface Page extends Every {
  readonly name?: string;
  readonly properties?: object;
}

export interface Question extends Who {
  readonly placements: readonly string[];
  /** Offers for each placement. */
  readonly limit?: number;
  readonly context?: object;
  readonly messageId?: string;
}

export interface Outcome extends Every {
  readonly decisionId: string;
  readonly offerId: string;
  readonly outcome: 'impression' | 'click' | 'accept' | 'redeem' | 'dismiss';
}

/** A name that the call gave and that was not linked, and why. */
export type Warning = Failure;

export interface Counted {
  readonly messageId: string;
  /** It was counted before. */
  readonly duplicate?: true;
  readonly warnings?: readonly Warning[];
}

export interface EventAnswer extends Counted {
  readonly decisions: readonly Decision[];
}

export interface DecideAnswer {
  readonly decisions: readonly Decision[];
  readonly duplicate?: true;
  readonly warnings?: readonly Warning[];
}

/** Of one call of a batch: what became of it, or why it can never be accepted. */
export type BatchResult = EventAnswer | { readonly error: Failure & { readonly path?: string } };

const PATIENCE: Patience = { timeoutMs: 5_000, deadlineMs: 30_000 };

/** Every method throws a ProfferError when the service refuses or cannot be reached in time. */
export class Proffer {
  private readonly endpoint: string;
  private readonly key: string;
  private readonly patience: Patience;
  private readonly underWay = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor({ key, endpoint = 'http://127.0.0.1:8080', ...patience }: Options) {
    this.key = key;
    this.endpoint = endpoint.replace(/\/+$/, '');
    this.patience = { ...PATIENCE, ...patience };
  }

  /** Something that somebody did. */
  track(call: Track): Promise<EventAnswer> {
    return this.post('/v1/track', call);
  }

  /** What is known of somebody. With `anonymousId` and `userId` the two are one from here on. */
  identify(call: Identify): Promise<EventAnswer> {
    return this.post('/v1/identify', call);
  }

  /** A look at a page. */
  page(call: Page): Promise<EventAnswer> {
    return this.post('/v1/page', call);
  }

  /** The next best offers now: counted as given. */
  decide(question: Question): Promise<DecideAnswer> {
    return this.post('/v1/decide', question);
  }

  /** What became of an offer. */
  outcome(report: Outcome): Promise<Counted> {
    return this.post('/v1/outcomes', report);
  }

  /** Calls in their order, at most 500 KB. One that can never be accepted stops no other. */
  async batch(calls: readonly Call[]): Promise<readonly BatchResult[]> {
    const batch = calls.map((call) => ({ messageId: randomUUID(), ...call }));
    const { results } = await this.post<{ readonly results: readonly BatchResult[] }>('/v1/batch', {
      batch,
    });
    return results;
  }

  /** What lets a page with a browser key act for a customer. @param ttl e.g. `1h`, at most `24h` */
  token(userId: string, ttl = '1h'): Promise<{ customerToken: string; expiresAt: string }> {
    return this.post('/v1/tokens', { userId, ttl });
  }

  /** Takes no more calls. Done when those under way are. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.underWay);
  }

  private async post<T>(path: string, body: object): Promise<T> {
    if (this.isClosed) throw new ProfferError('closed', 'The client was closed.', 0, false);
    const named = path === '/v1/batch' || path === '/v1/tokens' ? {} : { messageId: randomUUID() };
    const text = JSON.stringify({ ...named, ...body });
    const answer = postPatiently(this.endpoint + path, this.key, text, this.patience);
    this.underWay.add(answer);
    try {
      return (await answer) as T;
    } finally {
      this.underWay.delete(answer);
    }
  }
}
