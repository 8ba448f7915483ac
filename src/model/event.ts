import type { JsonObject } from './json.ts';

/** The Segment call types that carry behaviour or identity. */
export type EventType = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';

/**
 * Something a customer did, normalised at the gateway; ids are strings, times epoch ms. Who that is,
 * which message said it and when it came is said once, in the submission.
 */
export interface CustomerEvent {
  readonly type: EventType;
  /**
   * What selects it in the catalog: the track name, or `$page`, `$screen`, `$identify`, `$group`,
   * `$alias`.
   */
  readonly name: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** When it happened, already corrected by `sentAt`, never later than `receivedAtMs`. */
  readonly timestampMs: number;
  /** Track, page and screen properties; `{}` otherwise. */
  readonly properties: JsonObject;
  /** Traits of identify and group; `{}` otherwise. */
  readonly traits: JsonObject;
  /** The event's context with the batch's underneath. */
  readonly context: JsonObject;
  /** Page and screen: their `name`; track: the event name; group: groupId; alias: previousId. */
  readonly label: string | null;
}

/** A call of `/v1/decide`. */
export interface DecideRequest {
  readonly userId: string | null;
  readonly anonymousId: string | null;
  /** As asked, at least one; each is decided once, in the order of the first time. */
  readonly placements: readonly string[];
  readonly limit: number | null;
  readonly context: JsonObject;
  /** Whether the answer says why candidates ended; of no effect on what is decided or stored. */
  readonly explain?: boolean;
}

/** What became of an offer that was shown. */
export type OutcomeKind = 'impression' | 'click' | 'accept' | 'redeem' | 'dismiss';

/** In the order of the bits that the state keeps per offer of a decision. */
export const OUTCOME_KINDS: readonly OutcomeKind[] = [
  'impression',
  'click',
  'accept',
  'redeem',
  'dismiss',
];

/** A report from `/v1/outcomes` or from an `Offer Viewed|Clicked|…` track event. */
export interface OutcomeReport {
  readonly timestampMs: number;
  readonly decisionId: string;
  readonly offerId: string;
  readonly outcome: OutcomeKind;
}

/** Anything that makes the engine step. An outcome sent as a track event has both parts. */
export type Stimulus =
  | {
      readonly kind: 'event';
      readonly event: CustomerEvent;
      readonly outcome: OutcomeReport | null;
    }
  | { readonly kind: 'decide'; readonly request: DecideRequest }
  | { readonly kind: 'outcome'; readonly outcome: OutcomeReport }
  /** A timer of the customer's that is due. */
  | {
      readonly kind: 'timer';
      readonly trigger: string;
      readonly key: string | null;
      readonly dueAtMs: number;
    }
  /** Time has passed, or the catalog is another: what does the customer come into by that? */
  | {
      readonly kind: 'look';
      /** When it should have been, epoch ms: what came about since is as late as that. */
      readonly dueAtMs: number;
    };

/**
 * Whether nobody sent it. What time brings counts once by what it leaves in the state: its message id is
 * no caller's, who may have used the same one for something else.
 */
export function isOfTime({ kind }: Stimulus): boolean {
  return kind === 'timer' || kind === 'look';
}
