// Hot path. The customers' states in Redis, with the documents of recently used ones kept. A load is one
// GET or none, a commit one EVALSHA. The cache is a hint: the commit compares etags.

import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors.ts';
import { grantText } from '../model/budget.ts';
import { partitionOf } from '../model/hash.ts';
import { emptyState } from '../model/state.ts';
import type {
  Commit,
  CommitOutcome,
  Loaded,
  Moved,
  Moving,
  StateStore,
  StoredState,
} from '../pipeline.ts';
import { AppendLedgerScript } from '../redis/append-ledger-script.ts';
import type { CommitAnswer } from '../redis/commit-call.ts';
import { CommitScript } from '../redis/commit-script.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { tornUnavailable } from '../redis/torn-partitions.ts';
import { StateCodec } from './codec.ts';
import { type Document, documentOf } from './document.ts';
import { dueMoved } from './due.ts';
import { EtagPool } from './etag.ts';
import { renewsExpiry } from './expiry.ts';
import { deliverOf } from './outbox.ts';
import { NO_METRICS, type StateStoreMetrics } from './state-store-metrics.ts';
import { loadedOf, readStoredValue } from './stored-value.ts';

/** Seconds a caller is asked to wait when history is behind. */
const LEDGER_FULL_RETRY_S = 5;
/** Records that one call appends at most; more are split. */
const APPEND_MAX = 1_000;
/** What a cached document takes beside its bytes: its key, and its place in the cache. */
const ENTRY_OVERHEAD_BYTES = 250;

export interface StateStoreSettings {
  /** Encoded size beyond which features lose keys. */
  readonly stateBytesMax: number;
  /** A state not written for so long is forgotten, ms; up to 1/64 of it earlier (RENEWALS). */
  readonly stateExpiryMs: number;
  /** Size of the cache of documents, estimated. */
  readonly cacheBytesMax: number;
  /** Records per partition that history may lag behind. */
  readonly ledgerMax: number;
}

/** What is stored of a customer. */
export type Inspected =
  | (StoredState & { readonly kind: 'state'; readonly stateBytes: number })
  | Moved
  | Moving;

export class RedisStateStore implements StateStore {
  private readonly codec = new StateCodec();
  private readonly etags = new EtagPool();
  private readonly commits: CommitScript;
  private readonly appends: AppendLedgerScript;
  private fed: ((customerId: string) => void) | null = null;
  /** Customer id → document behind its etag: one text a customer, without pointers to follow. */
  private readonly cache: LRUCache<string, string>;

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly settings: StateStoreSettings,
    private readonly metrics: StateStoreMetrics = NO_METRICS,
  ) {
    this.commits = new CommitScript(connection);
    this.appends = new AppendLedgerScript(connection);
    this.cache = new LRUCache({
      maxSize: settings.cacheBytesMax,
      sizeCalculation: (document, id) => document.length + id.length + ENTRY_OVERHEAD_BYTES,
    });
    // Redis may come back, or a replica take over, without its last writes. Commits would find out,
    // but a duplicate is answered without one, and what was lost must not be taken for counted.
    connection.onDoubt(() => this.cache.clear());
  }

  /** How many states are cached, and their estimated size. */
  get cached(): { readonly states: number; readonly bytes: number } {
    return { states: this.cache.size, bytes: this.cache.calculatedSize };
  }

  /** Tells of each customer whose feed got something by a commit of this process. */
  onFed(listener: (customerId: string) => void): void {
    this.fed = listener;
  }

  load(customerId: string): Loaded | Promise<Loaded> {
    const cached = this.cache.get(customerId);
    if (cached !== undefined) {
      this.metrics.cacheHit();
      return this.loaded(customerId, cached);
    }
    this.metrics.cacheMiss();
    return this.loadUncached(customerId);
  }

  private async loadUncached(customerId: string): Promise<Loaded> {
    const reading = this.read(customerId);
    // A duplicate is answered from what is read, as if it had been committed by us.
    const value = this.connection.confirms
      ? await this.confirmed(customerId, reading)
      : await reading;
    if (value === null) return { etag: '', state: emptyState(customerId) };
    const text = value.toString('latin1');
    const loaded = this.loaded(customerId, text);
    if (!('kind' in loaded)) this.cache.set(customerId, text);
    return loaded;
  }

  /**
   * The state and the records are let go of before the answer is waited for: held by each commit
   * under way they were most of what collections copied when batches come in.
   */
  commit(commit: Commit): Promise<CommitOutcome> {
    const { customerId, messageIds } = commit;
    const { stateBytesMax, stateExpiryMs, ledgerMax } = this.settings;
    const partition = partitionOf(customerId, this.keys.partitions);
    const ledgerKeys = this.keys.partition(partition);
    const feeds = this.fed !== null && commit.deliveries.some(({ feed }) => feed !== null);
    try {
      const document = documentOf(this.codec, commit, this.etags.next(), stateBytesMax);
      const call = {
        customerKey: this.keys.customer(partition, customerId),
        ledgerKey: ledgerKeys.ledger,
        positionKey: ledgerKeys.position,
        seenKey: this.keys.seen(partition, customerId),
        markedKey: ledgerKeys.marked,
        expectedEtag: commit.expectedEtag,
        value: document.text,
        expiryMs: renewsExpiry(commit.state, stateExpiryMs) ? stateExpiryMs : null,
        ledgerMax,
        asked: document.asked,
        spilled: document.spilled,
        seenAfterMs: document.seenAfterMs,
        records: commit.records,
        grants: commit.grants.length === 0 ? null : commit.grants.map(grantText),
        budgetsKey: ledgerKeys.budgets,
        due: dueMoved(commit),
        timersKey: ledgerKeys.timers,
        deliver: deliverOf(commit, this.keys, partition),
      };
      return this.commits.run(
        call,
        (answer) => {
          const outcome = this.outcomeOf(answer, customerId, partition, document, messageIds);
          if (feeds && outcome === COMMITTED) this.fed!(customerId);
          return outcome;
        },
        // It may have happened or not: what is cached is no longer known to be the latest.
        () => this.evict(customerId),
      );
    } catch (error) {
      this.evict(customerId);
      return Promise.reject(error);
    }
  }

  private outcomeOf(
    answer: CommitAnswer,
    customerId: string,
    partition: number,
    { text, dropped, isOversize }: Document,
    messageIds: readonly string[],
  ): CommitOutcome {
    switch (answer.kind) {
      case 'committed':
        this.metrics.stateBytes(text.length);
        if (dropped > 0) this.metrics.dropped(dropped);
        if (isOversize) this.metrics.oversize();
        this.cache.set(customerId, text);
        return COMMITTED;
      case 'conflict': {
        const fresh = this.fresh(customerId, answer.value);
        return fresh === null ? MOVED : { kind: 'conflict', fresh };
      }
      case 'seen': {
        const fresh = this.fresh(customerId, answer.value);
        if (fresh === null) return MOVED;
        return {
          kind: 'seen',
          messageIds: new Set(answer.indexes.map((index) => messageIds[index]!)),
          fresh,
        };
      }
      case 'moved':
        this.evict(customerId);
        return MOVED;
      case 'ledger_full':
        return answer;
      case 'exhausted':
        return { kind: 'exhausted', lacking: answer.indexes };
      case 'torn':
        throw this.torn(partition);
    }
  }

  evict(customerId: string): void {
    this.cache.delete(customerId);
  }

  async append(partition: number, records: readonly string[]): Promise<void> {
    const { ledger, position, marked } = this.keys.partition(partition);
    for (let from = 0; from < records.length; from += APPEND_MAX) {
      const answer = await this.appends.run({
        ledgerKey: ledger,
        positionKey: position,
        markedKey: marked,
        ledgerMax: this.settings.ledgerMax,
        records: records.slice(from, from + APPEND_MAX),
      });
      if (answer.kind === 'ledger_full') throw new Unavailable('ledger_full', LEDGER_FULL_RETRY_S);
      if (answer.kind === 'torn') throw this.torn(partition);
    }
  }

  /**
   * What is stored now, past the cache, with its encoded size; null for a customer never seen.
   * @throws Unavailable, CorruptState
   */
  async inspect(customerId: string): Promise<Inspected | null> {
    const value = await this.read(customerId);
    if (value === null) return null;
    const loaded = this.loaded(customerId, value.toString('latin1'));
    return 'kind' in loaded ? loaded : { kind: 'state', ...loaded, stateBytes: value.length };
  }

  private async read(customerId: string): Promise<Buffer | null> {
    const partition = partitionOf(customerId, this.keys.partitions);
    const value = await this.connection.call('get', [this.keys.customer(partition, customerId)]);
    return value as Buffer | null;
  }

  private async confirmed<T>(customerId: string, reading: Promise<T>): Promise<T> {
    const { position } = this.keys.partition(partitionOf(customerId, this.keys.partitions));
    const [value] = await Promise.all([reading, this.connection.replicated(position)]);
    return value;
  }

  private torn(partition: number): Unavailable {
    this.metrics.torn(partition);
    return tornUnavailable(partition);
  }

  /** The state that came back with a refusal ('' = it expired meanwhile); null = it is on the move. */
  private fresh(customerId: string, value: Buffer): StoredState | null {
    if (value.length === 0) {
      this.evict(customerId);
      return { etag: '', state: emptyState(customerId) };
    }
    const text = value.toString('latin1');
    const loaded = this.loaded(customerId, text);
    if ('kind' in loaded) {
      this.evict(customerId);
      return null;
    }
    this.cache.set(customerId, text);
    return loaded;
  }

  private loaded(customerId: string, value: string): Loaded {
    return loadedOf(readStoredValue(this.codec, customerId, value), customerId);
  }
}

const COMMITTED: CommitOutcome = { kind: 'committed' };
const MOVED: CommitOutcome = { kind: 'moved' };
