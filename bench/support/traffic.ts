// What a shop sends: mostly single events, now and then a batch, a question for an offer, and a
// message that was sent before (as after a connection that closed). Seeded; made while it is sent,
// since minutes of it do not fit into memory. Every message carries a serial number in its id, so
// that afterwards history can be asked for each.

import { httpRequest, seeded, shopEvent } from './events.ts';
import { resultHash } from './machine.ts';

/** What a request carries: `count` messages from serial number `first` on. */
export interface TrafficRequest {
  readonly bytes: Buffer;
  /** Asked for with `POST /v1/decide`; its serial numbers are counted apart. */
  readonly kind: 'events' | 'decide';
  readonly first: number;
  readonly count: number;
}

export interface TrafficShares {
  readonly batches: number;
  readonly decides: number;
  /** Requests that were sent before, byte by byte. */
  readonly repeats: number;
}

export interface TrafficPlan {
  readonly seed: number;
  readonly customers: number;
  readonly key: string;
  readonly shares: TrafficShares;
}

/** Of all requests; the rest are single events. */
export const SHARES: TrafficShares = { batches: 0.01, decides: 0.03, repeats: 0.01 };
const BATCH_EVENTS = 20;
/** Requests that may be repeated: the last so many. */
const REMEMBERED = 512;

/** Event ids are `m<serial>`, those of questions `d<serial>`. */
export class Traffic {
  events = 0;
  decides = 0;
  private readonly random: () => number;
  private readonly remembered: TrafficRequest[] = [];
  private made = 0;

  constructor(private readonly plan: TrafficPlan) {
    this.random = seeded(plan.seed);
  }

  next(): TrafficRequest {
    const { batches, decides, repeats } = this.plan.shares;
    const dice = this.random();
    if (dice < repeats && this.made > 0) {
      const known = Math.min(this.made, REMEMBERED);
      return this.remembered[Math.floor(this.random() * known)]!;
    }
    const request = this.make(dice - repeats, batches, decides);
    this.remembered[this.made++ % REMEMBERED] = request;
    return request;
  }

  private make(dice: number, batches: number, decides: number): TrafficRequest {
    if (dice < batches) return this.batch();
    if (dice < batches + decides) return this.decide();
    const first = this.events++;
    const body = JSON.stringify(shopEvent(this.random, this.plan.customers, first));
    return {
      bytes: httpRequest('/v1/track', body, this.plan.key),
      kind: 'events',
      first,
      count: 1,
    };
  }

  private batch(): TrafficRequest {
    const first = this.events;
    this.events += BATCH_EVENTS;
    const batch = Array.from({ length: BATCH_EVENTS }, (_, i) => ({
      type: 'track',
      ...shopEvent(this.random, this.plan.customers, first + i),
    }));
    const bytes = httpRequest('/v1/batch', JSON.stringify({ batch }), this.plan.key);
    return { bytes, kind: 'events', first, count: BATCH_EVENTS };
  }

  private decide(): TrafficRequest {
    const first = this.decides++;
    const body = JSON.stringify({
      userId: `u${Math.floor(this.random() * this.plan.customers)}`,
      messageId: `d${first}`,
      placements: ['app_home'],
      context: { channel: 'app' },
    });
    return {
      bytes: httpRequest('/v1/decide', body, this.plan.key),
      kind: 'decide',
      first,
      count: 1,
    };
  }
}

/** Of the first requests, so that nobody speeds a bench up by sending others. */
export function trafficHash(plan: TrafficPlan): string {
  const traffic = new Traffic(plan);
  const text = Array.from({ length: 1_000 }, () => traffic.next().bytes.toString()).join('');
  return resultHash(text);
}
