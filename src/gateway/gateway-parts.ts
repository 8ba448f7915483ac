// What the gateway needs from the rest of the service: its ports. The composition root fills them.

import type { ErrorCode } from '../errors.ts';
import type { AuditEntry } from '../ledger/audit-record.ts';
import type { EventExplanation } from '../model/explanation.ts';
import type { JsonObject } from '../model/json.ts';
import type { Stepped, Submission } from '../model/step.ts';
import type { Clock } from '../ops/clock.ts';
import type { LabelledCounter, Metrics } from '../ops/metrics.ts';
import type { Result } from '../pipeline.ts';
import type { CatalogDesk } from '../publishing/publishing.ts';
import type { CallNames } from './call-names.ts';
import type { TokenSource } from './key-rates.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Merging, RefusedNames } from './merging.ts';
import type { Items, Recommending } from './recommending.ts';
import type { Streams } from './streams/streams.ts';

/** Where submissions go: `Pipeline` of pipeline.ts. */
export interface SubmissionSink {
  /** Never rejects. Submissions of one customer are processed in the order of these calls. */
  submit(submission: Submission): Promise<Result>;
}

/** Something that came with a valid key and can never be accepted. */
export interface Rejection {
  readonly receivedAtMs: number;
  /** e.g. `track`, `batch`, `import`, `outcomes`. */
  readonly route: string;
  /** Id of the key that it came with. */
  readonly keyId: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** Where in the body, as the caller was told; null = the whole of it. */
  readonly path: string | null;
  /** As sent, where it could be read; cut to 256 characters. */
  readonly messageId: string | null;
  /** As it would have been, where it could be read; cut to 256 characters. */
  readonly customerId: string | null;
  /** The event as JSON text, or the bytes that could not be read; at most 4 KB of UTF-8. */
  readonly body: string;
}

export interface RejectionSink {
  /** May reject when the store is away: the row is then lost, and counted. */
  record(rejection: Rejection): Promise<void>;
}

export interface AuditSink {
  /** May reject when the store is away: the row is then lost, and counted. */
  record(entry: AuditEntry): Promise<void>;
}

export interface CustomerViews {
  /**
   * The answer of `GET /v1/customers/{id}`; null = never seen. @throws Unavailable
   * @param withOffers whether it says what the customer would be offered now
   */
  view(
    customerId: string,
    wanted: { readonly offers: boolean; readonly events: boolean },
  ): Promise<object | null>;
  /** The customer id that a name leads to now; of nobody's the name itself. @throws Unavailable */
  idOf(name: string): Promise<string>;
}

export interface BudgetReports {
  /** The answer of `GET /v1/budgets`. @throws Unavailable */
  report(): Promise<object>;
}

export interface UnsentDeliveries {
  /** The newest of those that failed and are not sent, or that have not failed. @throws Unavailable */
  list(status: 'failed' | 'pending', limit: number): Promise<readonly object[]>;
  /** One that failed is due now. @returns false = it is not in the outbox @throws Unavailable */
  retry(deliveryId: string): Promise<boolean>;
}

export interface EventExplanations {
  /** What an event would do to its customer now; nothing is stored. @throws Unavailable */
  explain(
    submission: Submission,
  ): Promise<EventExplanation | Extract<Stepped, { kind: 'refused' }>>;
}

export interface Readiness {
  readonly ready: boolean;
  /** Why not, in a few words; '' when ready. */
  readonly reason: string;
}

/** Limits of one gateway process. */
export interface GatewayLimits {
  /** Submissions handed to the pipeline and not answered yet. */
  readonly inFlightMax: number;
  /** How long a turn of the event loop takes requests, ms; what comes later in it is shed. */
  readonly turnMsMax: number;
  /** Longest time a body may take to arrive, ms. */
  readonly bodyDeadlineMs: number;
  /** Bytes of bodies held at once, over all requests. */
  readonly bodyBytesInFlightMax: number;
}

export interface KeyRate {
  /** Events a second of a key that has no rate of its own; 0 = as many as there is room for. */
  readonly perSecond: number;
  /** Events at once. */
  readonly burst: number;
  readonly source: TokenSource;
}

export interface GatewayParts {
  readonly host: string;
  /** 0 = any free one. Several processes may listen on one port. */
  readonly port: number;
  readonly pipeline: SubmissionSink;
  /** Whom calls name. */
  readonly names: CallNames;
  readonly explanations: EventExplanations;
  readonly keys: KeyRing;
  readonly customers: CustomerViews;
  readonly merging: Merging;
  readonly refusedNames: RefusedNames;
  readonly budgets: BudgetReports;
  readonly streams: Streams;
  readonly deliveries: UnsentDeliveries;
  readonly items: Items;
  readonly recommending: Recommending;
  readonly catalogs: CatalogDesk;
  readonly rejections: RejectionSink;
  readonly audits: AuditSink;
  /** Cheap and synchronous; asked a few times a second and by `/readyz`. */
  readiness(): Readiness;
  /** Partitions that Redis takes no writes of now, while others are served. */
  partitionsUnwritable(): number;
  /** Prometheus text of the whole service. */
  metricsText(): Promise<string>;
  /** Where the gateway declares its own metrics. */
  readonly metrics: Metrics;
  /** What is sent away with 503 or 429, by reason; shared with the pipeline. */
  readonly shed: LabelledCounter;
  readonly clock: Clock;
  readonly limits: GatewayLimits;
  /** What each key may send, over all gateways; null = as much as there is room for. */
  readonly keyRate: KeyRate | null;
  /** An error that should not have happened: logged; the caller was told `internal`. */
  onFault(error: unknown): void;
}

/** A running gateway. */
export interface Gateway {
  /** The one it listens on. */
  readonly port: number;
  /**
   * Leaves as drain.ts says: not ready at once, no new connections after `delayMs`, then every
   * answer closes its connection. Done when nothing is in flight or comes, or `deadlineMs` is over;
   * then every connection is closed.
   */
  stop(deadlineMs: number, delayMs?: number): Promise<void>;
}

/** What a caller did wrong, as it will be told. */
export interface Fault {
  readonly kind: 'fault';
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: string | null;
  /** What the code's answers say beside that; null = nothing. */
  readonly more: object | null;
}

/** Makes a Fault. */
export function fault(
  code: ErrorCode,
  message: string,
  path: string | null = null,
  more: object | null = null,
): Fault {
  return { kind: 'fault', code, message, path, more };
}

/** A body that was read as a JSON object. */
export type Body = JsonObject;
