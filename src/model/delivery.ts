// One decision on its way to a person or a device, outside of a response. Commits write it to the outbox
// of its partition; whoever sends it takes it out again, and says so in the ledger, in one call.

import type { JsonObject } from './json.ts';

/** Where a decision goes beside its answer. */
export interface DeliveryTo {
  /** The same for every attempt: whoever gets it twice can tell. */
  readonly deliveryId: string;
  readonly channel: string;
}

/** A decision makes at most one delivery, so its id says which. */
export function deliveryIdOf(decisionId: string): string {
  return `dlv_${decisionId}`;
}

/** What may become of an attempt; all but `failed` end the delivery. */
export const DELIVERY_STATUSES = ['sent', 'failed', 'suppressed', 'expired'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A delivery in the outbox: all that it takes to send it. */
export interface OutboxEntry {
  /** Attempts that have failed. */
  readonly attempts: number;
  /** Whose it was when it was decided: who that is now, the forwards say. */
  readonly customerId: string;
  /** The trigger's event; '' = none. */
  readonly messageId: string;
  /** When it was decided, epoch ms. */
  readonly decidedAtMs: number;
  /** The decision as answers have it, with `delivery`. */
  readonly decision: DeliveredDecision;
  /** The last attempt that failed; absent = none has. */
  readonly failure?: DeliveryFailure;
}

export interface DeliveryFailure {
  /** In a word, such as `http_503`. */
  readonly reason: string;
  /** Epoch ms. */
  readonly atMs: number;
  /** When it is tried again, epoch ms; null = it was given up. */
  readonly nextAtMs: number | null;
}

/** As API.md has a decision. */
export interface DeliveredDecision {
  readonly decisionId: string;
  readonly placement: string;
  readonly trigger: string | null;
  readonly catalog: string;
  readonly fallback: boolean;
  readonly holdout: boolean;
  readonly offers: readonly {
    readonly offerId: string;
    readonly treatment: JsonObject;
    readonly expiresAt: string | null;
  }[];
  /** The list of a placement that recommends; absent of all others. */
  readonly items?: readonly JsonObject[];
  /** Absent of an empty list. */
  readonly recommendationId?: string;
  readonly delivery: DeliveryTo;
}

/**
 * As the outbox has it: the number of failed attempts, a blank, JSON. The number is what scripts compare:
 * whoever sends, and finds another one, was not the only one.
 */
export function outboxText(entry: OutboxEntry): string {
  const { attempts, ...rest } = entry;
  return `${attempts} ${JSON.stringify(rest)}`;
}

/** null = it is not one. */
export function readOutboxText(text: string): OutboxEntry | null {
  const at = text.indexOf(' ');
  const attempts = Number(text.slice(0, at));
  if (at < 1 || !Number.isSafeInteger(attempts)) return null;
  try {
    return { attempts, ...(JSON.parse(text.slice(at + 1)) as Omit<OutboxEntry, 'attempts'>) };
  } catch {
    return null;
  }
}

/** How long a stream's delivery waits for somebody to listen, and is kept for who comes again, ms. */
export const FEED_MS = 600_000;
/** Deliveries that are kept for one customer's streams; of more the oldest leaves. */
export const FEED_MAX = 64;
/** Entries of a partition's news: who has fallen behind looks for everybody. */
export const NEWS_MAX = 1_024;

/** A delivery as the commit of its decision writes it. */
export interface NewDelivery {
  readonly deliveryId: string;
  readonly channel: string;
  /** When it is to be sent, or, of a stream, to be given up; epoch ms. */
  readonly dueAtMs: number;
  /** As outboxText() wrote it. */
  readonly entry: string;
  /** What the customer's streams get: JSON of the decision; null = it is for no stream. */
  readonly feed: string | null;
}

export const NO_DELIVERIES: readonly NewDelivery[] = [];

/** What is to be sent of a delivery now, or why nothing is. */
export type Prepared =
  /** Of a webhook its body, of a mail its parts (SmtpChannel.mail), of a stream the decision. */
  | { readonly kind: 'message'; readonly message: JsonObject }
  | {
      readonly kind: 'suppressed';
      readonly reason: 'no_consent' | 'placement_closed' | 'channel_gone';
    }
  /** All of its offers have expired. */
  | { readonly kind: 'over' }
  /** The placement has quiet hours until then, epoch ms. */
  | { readonly kind: 'later'; readonly atMs: number };
