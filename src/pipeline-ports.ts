// The ports of the pipeline: what the story of pipeline.ts is told to and what it is told with. The
// parts that fill them import them as types from pipeline.ts.

import type { ErrorCode, Unavailable } from './errors.ts';
import type { Grant, KnownBudgets } from './model/budget.ts';
import type { Decision, Firing } from './model/decision.ts';
import type { NewDelivery } from './model/delivery.ts';
import type { MergeEntry, RefusedMerge } from './model/identity.ts';
import type { ListSource } from './model/list-source.ts';
import type { CustomerState } from './model/state.ts';
import type { Stepped, SteppedHow, Submission } from './model/step.ts';
import type { CatalogVersion } from './pipeline-catalog.ts';

export type * from './pipeline-catalog.ts';

/** What became of a submission. */
export type Result =
  | {
      readonly kind: 'done';
      readonly messageId: string;
      readonly duplicate: boolean;
      /** JSON text of the `decisions` array as callers see it (no candidates). */
      readonly answer: string;
      /** The decisions themselves, for `explain`; empty for a duplicate. */
      readonly decisions: readonly Decision[];
    }
  | {
      /** Can never succeed: a caller must not send it again. */
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly path: string | null;
    }
  | {
      /** May succeed later; nothing was acknowledged. */
      readonly kind: 'unavailable';
      readonly code: ErrorCode;
      readonly retryAfterS: number;
    };

/** Where catalogs come from. */
export interface CatalogSource {
  /** The one in force here. */
  current(): CatalogVersion;
  /** At least this publication: at once, or loaded when this process is behind. */
  atLeast(publication: number): CatalogVersion | Promise<CatalogVersion>;
}

/** A state with the etag it had in the store; '' = the store had none. */
export interface StoredState {
  readonly etag: string;
  readonly state: CustomerState;
}

/** A customer who was folded into another, or a name of one: its key leads there. */
export interface Moved {
  readonly kind: 'moved';
  readonly etag: string;
  readonly to: string;
}

/** A customer who is being folded into another, or taken out: nobody commits to this state. */
export interface Moving {
  readonly kind: 'moving';
  readonly etag: string;
  readonly move: MergeEntry & {
    readonly to: string;
    /** The clock it is folded at, epoch ms: an import's own. */
    readonly clockMs: number;
    /** It was taken out again, and waits for the other not to list it any more. */
    readonly returns?: boolean;
  };
  readonly state: CustomerState;
  readonly headBytes: number;
}

export type Loaded = StoredState | Moved | Moving;

/** What one commit writes, atomically: state and ledger records. */
export interface Commit {
  readonly customerId: string;
  readonly expectedEtag: string;
  readonly state: CustomerState;
  /** As in `CatalogVersion`: what may forget its oldest values when the state is too large. */
  readonly recents: ReadonlySet<string>;
  /** Encoded ledger records, in order; at least one. */
  readonly records: readonly string[];
  /** The messages that these records count, in order, for the side log of seen messages. */
  readonly messageIds: readonly string[];
  readonly receivedAtMs: number;
  /** What these records take of budgets, in order: all of it or nothing is committed. */
  readonly grants: readonly Grant[];
  /** What goes to the outbox, in order. */
  readonly deliveries: readonly NewDelivery[];
}

export type CommitOutcome =
  | { readonly kind: 'committed' }
  | { readonly kind: 'conflict'; readonly fresh: StoredState }
  /** These messages are in the side log already; nothing was written. */
  | { readonly kind: 'seen'; readonly messageIds: ReadonlySet<string>; readonly fresh: StoredState }
  /** The customer is being folded into another, or was; nothing was written. */
  | { readonly kind: 'moved' }
  /** The customer's partition has not got enough left for these of the grants; nothing was written. */
  | { readonly kind: 'exhausted'; readonly lacking: readonly number[] }
  | { readonly kind: 'ledger_full' };

/**
 * The customers' states and the ledger. Every method throws `Unavailable` when the store does not
 * answer within its deadline; the state of that customer is then no longer cached.
 */
export interface StateStore {
  /** Cached (a hint: the commit compares etags), then at once, or read; empty for a new customer. */
  load(customerId: string): Loaded | Promise<Loaded>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /** Forget what is cached of this customer. */
  evict(customerId: string): void;
  /** Append records that belong to no state (rejections) to the ledger of a partition. */
  append(partition: number, records: readonly string[]): Promise<void>;
}

/** What has to be known of a call to tell whose it is. */
export type Named = Pick<
  Submission,
  'customerId' | 'naming' | 'follows' | 'record' | 'messageId' | 'nowMs' | 'receivedAtMs'
>;

/** Who is who: names to customers, and customers to one another. */
export interface Customers {
  /**
   * Whom a call leads to, with the state; finishes what is moving. At once where that is known here.
   * Rejects with Unavailable.
   */
  find(named: Named): StoredState | Promise<StoredState>;
  /** Whether a call is this customer's, as far as the state tells. */
  leadsTo(stored: StoredState, named: Named): boolean;
  /** The same, and every other name that it gives has been seen to. */
  isSettled(stored: StoredState, named: Named): boolean;
  /**
   * Sees to the names that a call gives: claims those that are nobody's, folds customers who turn out to
   * be one, or refuses. Has to be committed with the call, or asked again. Rejects with Unavailable.
   */
  settle(stored: StoredState, named: Named): Promise<Settled>;
  /** Before the visitor whom a call names is nobody of this customer's any more. */
  letGo(stored: StoredState, named: Submission): Promise<void>;
  /** What is remembered here of where a name leads was wrong. */
  forget(name: string): void;
}

/** Whose call it is after all, with the names that became theirs, and what was refused. */
export interface Settled {
  readonly stored: StoredState;
  readonly refused: readonly RefusedMerge[];
}

/**
 * What is left of budgets, and where. A partition has a part of each; one that has run dry gets more
 * while there is some in all.
 */
export interface Budgets {
  /** What is known to be spent at a time, epoch ms; null = nothing is. */
  known(nowMs: number): KnownBudgets | null;
  /**
   * Sees to what is lacking, within a short time: what is known then is for a run to be stepped again
   * with, and says of each grant that lacked whether it may be tried again. Never rejects.
   * @param taken all grants of the run, in order
   * @param lacking indexes into them
   */
  replenish(
    customerId: string,
    taken: readonly Grant[],
    lacking: readonly number[],
    known: KnownBudgets | null,
  ): Promise<KnownBudgets>;
  /** The same for grants that nobody will commit: whether they could be had. */
  check(
    customerId: string,
    grants: readonly Grant[],
    known: KnownBudgets | null,
  ): Promise<KnownBudgets>;
}

/** How a committed step becomes a ledger record; ledger/ reads it back. */
export type RecordWriter = (
  submission: Submission,
  stepped: Stepped & { kind: 'stepped' },
  how: SteppedHow,
) => string;

/** Why the pipeline sent submissions away without serving them. */
export type PipelineShed =
  /** Too many wait, for this customer or altogether. */
  | 'lane_full'
  /** Waited for their turn too long. */
  | 'queue_time'
  /** Other gateways' commits kept coming first. */
  | 'conflicts';

export interface PipelineMetrics {
  /** @param firings what fired, or was missed, in these records */
  committed(count: number, firings: readonly Firing[]): void;
  /** @param nth of this run: 1 where a state was old, or had moved, more where others are at it just now */
  conflict(nth: number): void;
  duplicate(): void;
  shed(reason: PipelineShed, count: number): void;
  /** A run was not served, since the store did not answer or did not take it. */
  unavailable(error: Unavailable): void;
}

/**
 * Per-customer order: what is pushed for one customer is served in order, one run at a time, and
 * what waits meanwhile is handed over together. `push` is false when the customer's lane, or all
 * lanes together, are full.
 */
export interface Lanes<T> {
  push(customerId: string, item: T): boolean;
}

/** @param expire takes what waited too long and will not be served */
export type LanesFactory = <T>(
  serve: (customerId: string, run: readonly T[]) => Promise<void>,
  expire: (items: readonly T[]) => void,
) => Lanes<T>;

/**
 * How a run goes on that met a conflict, or whose customer has moved: ms to wait before it reads the
 * state and tries again, 0 = at once, on the state that came back; null = it is given up as overloaded.
 * @param conflicts how many it met so far, this one included
 * @param elapsedMs since it met the first
 */
export type PauseAfterConflict = (conflicts: number, elapsedMs: number) => number | null;

export interface PipelineParts {
  readonly states: StateStore;
  readonly customers: Customers;
  readonly catalogs: CatalogSource;
  readonly budgets: Budgets;
  /** What lists in decisions are made of, as it is now. */
  readonly lists: () => ListSource | null;
  readonly lanes: LanesFactory;
  readonly writeRecord: RecordWriter;
  readonly metrics: PipelineMetrics;
  readonly pauseAfterConflict: PauseAfterConflict;
  /** How often a run may start over for whatever reason; after that it is given up as overloaded. */
  readonly attemptsMax: number;
  /** Never goes back; ms. */
  monotonicMs(): number;
  /** An error that should not have happened: logged; the callers are told `internal`. */
  onFault(error: unknown): void;
}
