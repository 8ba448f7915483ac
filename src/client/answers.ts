// What the service answers, as both clients hand it on: the shapes of /openapi.json that programs read.
// Written by hand: what is made from the schemas would bring zod's types into pages.

/** One thing that is proposed. */
export interface Offer {
  readonly offerId: string;
  /** Its content for the placement, as the catalog has it. */
  readonly treatment: Readonly<Record<string, unknown>>;
  /** ISO 8601; null = no limit. */
  readonly expiresAt: string | null;
}

/** An item of a list, with the model that it comes from, and what is known of it. */
export interface ListedItem {
  readonly itemId: string;
  readonly source: string;
  readonly item?: { readonly [name: string]: unknown };
}

/** One answer for one placement. */
export interface Decision {
  readonly decisionId: string;
  readonly placement: string;
  /** null = somebody asked. */
  readonly trigger: string | null;
  /** Content hash of the catalog that made it. */
  readonly catalog: string;
  readonly fallback: boolean;
  readonly holdout: boolean;
  /** The best first; none for who is held out, or where nothing fits. */
  readonly offers: readonly Offer[];
  /** The list of a placement that recommends; absent of all others. */
  readonly items?: readonly ListedItem[];
  /** For `recommendationId` of what comes of the list; absent of an empty one. */
  readonly recommendationId?: string;
  /** It had waited for this question. */
  readonly waiting?: true;
  /** It also leaves through a channel. */
  readonly delivery?: { readonly deliveryId: string; readonly channel: string };
}

/** Why there is no answer: a code of docs/errors.md, or one of a client's own. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** A call of the Segment spec, as `/v1/batch` takes it. */
export interface Call {
  readonly type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias';
  readonly messageId?: string;
  readonly anonymousId?: string;
  readonly userId?: string | null;
  /** ISO 8601. */
  readonly timestamp?: string;
  readonly context?: object;
  readonly [field: string]: unknown;
}
