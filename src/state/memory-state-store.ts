// The in-memory twin of the Redis store: same documents, same answers, no server. For tests that
// compare random event sequences, and for trying things out.

import { Unavailable } from '../errors.ts';
import { type Grant, takingsOf } from '../model/budget.ts';
import { partitionOf } from '../model/hash.ts';
import { emptyState } from '../model/state.ts';
import type { Commit, CommitOutcome, Loaded, StateStore } from '../pipeline.ts';
import { StateCodec } from './codec.ts';
import { documentOf } from './document.ts';
import { EtagPool } from './etag.ts';
import { forwardTo, loadedOf, readStoredValue } from './stored-value.ts';

/** What several stores share, as they share one Redis. */
export class StateMemory {
  /** Customer id → value as in Redis. */
  readonly values = new Map<string, Buffer>();
  /** Per partition, in order; record n is at index n − 1. */
  readonly ledgers: string[][];
  /** Customer id → message hash (hex) → receive time. */
  readonly seen = new Map<string, Map<string, number>>();
  /** `offer|limit` → how much is used: of the whole, there are no partitions to share it. */
  readonly used = new Map<string, number>();
  /** Per partition: how many records were trimmed from the front. */
  readonly trimmed: number[];

  constructor(readonly partitions: number) {
    this.ledgers = Array.from({ length: partitions }, () => []);
    this.trimmed = Array.from({ length: partitions }, () => 0);
  }
}

export interface MemoryStoreSettings {
  readonly stateBytesMax: number;
  readonly ledgerMax: number;
  /** false: what is granted is granted, as in a replay of what was. */
  readonly holdsBudgets?: boolean;
}

export class MemoryStateStore implements StateStore {
  private readonly codec = new StateCodec();
  private readonly etags = new EtagPool();

  constructor(
    private readonly memory: StateMemory,
    private readonly settings: MemoryStoreSettings,
  ) {}

  load(customerId: string): Loaded {
    return this.read(customerId);
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const { customerId, messageIds } = commit;
    const fresh = this.read(customerId);
    if (fresh.etag !== commit.expectedEtag) {
      return 'kind' in fresh ? { kind: 'moved' } : { kind: 'conflict', fresh };
    }
    const etag = this.etags.next();
    const document = documentOf(this.codec, commit, etag, this.settings.stateBytesMax);
    const log = this.memory.seen.get(customerId) ?? new Map<string, number>();
    if (document.asked !== null) {
      const hashes = entriesOf(document.asked, 8);
      const isSeen = (i: number) => (log.get(hashes[i]!) ?? 0) > document.seenAfterMs;
      const found = messageIds.filter((_, i) => isSeen(i));
      if (found.length > 0 && !('kind' in fresh)) {
        return { kind: 'seen', messageIds: new Set(found), fresh };
      }
    }
    const partition = partitionOf(customerId, this.memory.partitions);
    if (this.isFull(partition)) return { kind: 'ledger_full' };
    if (this.settings.holdsBudgets !== false) {
      const lacking = this.take(commit.grants);
      if (lacking.length > 0) return { kind: 'exhausted', lacking };
    }
    this.memory.ledgers[partition]!.push(...commit.records);
    if (document.spilled !== null) {
      const scores = entriesOf(document.spilled, 16);
      scores.forEach((entry, i) => {
        log.set(entry.slice(0, 16), document.spilled!.readDoubleBE(i * 16 + 8));
      });
      for (const [hash, atMs] of log) if (atMs <= document.seenAfterMs) log.delete(hash);
      this.memory.seen.set(customerId, log);
    }
    this.memory.values.set(customerId, Buffer.from(document.text, 'latin1'));
    return { kind: 'committed' };
  }

  evict(): void {}

  async append(partition: number, records: readonly string[]): Promise<void> {
    if (this.isFull(partition)) throw new Unavailable('ledger_full', 5);
    this.memory.ledgers[partition]!.push(...records);
  }

  /** Leaves a forward where a customer was. */
  move(customerId: string, to: string): void {
    this.memory.values.set(customerId, forwardTo(to, this.etags.next()));
  }

  private read(customerId: string): Loaded {
    const value = this.memory.values.get(customerId);
    if (value === undefined) return { etag: '', state: emptyState(customerId) };
    return loadedOf(readStoredValue(this.codec, customerId, value.toString('latin1')), customerId);
  }

  /** Takes all grants, or none. @returns the indexes of those that there is not enough for */
  private take(grants: readonly Grant[]): readonly number[] {
    const used = new Map(this.memory.used);
    const short = new Set<string>();
    const lacking = grants.flatMap((grant, i) => {
      const takings = takingsOf(grant);
      const fits = takings.every(
        ({ field, cost, limit }) => (used.get(field) ?? 0) + cost <= limit,
      );
      if (!fits || short.has(grant.offer)) {
        short.add(grant.offer);
        return [i];
      }
      for (const { field, cost } of takings) used.set(field, (used.get(field) ?? 0) + cost);
      return [];
    });
    if (lacking.length === 0)
      for (const [field, amount] of used) this.memory.used.set(field, amount);
    return lacking;
  }

  private isFull(partition: number): boolean {
    const length = this.memory.ledgers[partition]!.length - this.memory.trimmed[partition]!;
    return length >= this.settings.ledgerMax;
  }
}

/** Packed entries as hex, to be keys of a Map. */
function entriesOf(packed: Buffer, bytes: number): string[] {
  const entries: string[] = [];
  for (let at = 0; at < packed.length; at += bytes) {
    entries.push(packed.toString('hex', at, at + bytes));
  }
  return entries;
}
