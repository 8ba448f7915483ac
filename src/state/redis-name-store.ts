// The keys of names in Redis, and what a merge does to keys: one Lua call each.

import type { Claim, Claimed, NameStore } from '../customers/name-store.ts';
import { partitionOf } from '../model/hash.ts';
import type { CustomerState } from '../model/state.ts';
import type { Moving } from '../pipeline.ts';
import type { Keys } from '../redis/keys.ts';
import {
  ClaimNameScript,
  ForwardCustomerScript,
  ReplaceHeadScript,
} from '../redis/name-scripts.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { TimerScripts } from '../redis/timer-scripts.ts';
import { StateCodec } from './codec.ts';
import { dueMs } from './due.ts';
import { ETAG_BYTES, EtagPool } from './etag.ts';
import { SEEN_MS } from './seen-log.ts';
import { forwardTo, sealOf } from './stored-value.ts';

/** Message hashes that one call copies. */
const COPIED_MAX = 1_000;
const NONE: readonly string[] = [];
/** More than any value has. */
const ALL_BYTES = 2 ** 31 - 2;

export class RedisNameStore implements NameStore {
  private readonly codec = new StateCodec();
  private readonly etags = new EtagPool();
  private readonly claims: ClaimNameScript;
  private readonly heads: ReplaceHeadScript;
  private readonly forwards: ForwardCustomerScript;
  private readonly timers: TimerScripts;

  /** @param expiryMs how long a name leads to its customer, ms */
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly expiryMs: number,
  ) {
    this.claims = new ClaimNameScript(connection);
    this.heads = new ReplaceHeadScript(connection);
    this.forwards = new ForwardCustomerScript(connection);
    this.timers = new TimerScripts(connection);
  }

  claim({ id, by, nowMs, over, loser, sharing }: Claim): Promise<Claimed> {
    return this.claims.run({
      ...this.keysOf(id),
      claimant: by,
      forward: forwardTo(by, this.etags.next()),
      expiryMs: this.expiryMs,
      nowMs,
      over,
      loser,
      ownersMax: sharing?.ownersMax ?? 0,
      windowMs: sharing?.windowMs ?? 0,
      same: sharing?.same ?? NONE,
    });
  }

  /** Where writes have to be on replicas, a seal that a failover loses would be made of another state. */
  async seal(id: string, etag: string, move: Moving['move']): Promise<boolean> {
    const { nameKey } = this.keysOf(id);
    const isSealed = await this.heads.run({
      customerKey: nameKey,
      expectedEtag: etag,
      head: sealOf(move, this.etags.next()),
      replacedBytes: ETAG_BYTES,
    });
    if (isSealed && this.connection.confirms) await this.connection.replicated(nameKey);
    return isSealed;
  }

  touch(id: string, etag: string): Promise<boolean> {
    return this.heads.run({
      customerKey: this.keysOf(id).nameKey,
      expectedEtag: etag,
      head: Buffer.from(this.etags.next(), 'latin1'),
      replacedBytes: ETAG_BYTES,
    });
  }

  unseal(id: string, { etag, headBytes }: Moving): Promise<boolean> {
    return this.heads.run({
      customerKey: this.keysOf(id).nameKey,
      expectedEtag: etag,
      head: Buffer.from(this.etags.next(), 'latin1'),
      replacedBytes: headBytes,
    });
  }

  forward(id: string, { etag, state }: Moving, to: string): Promise<boolean> {
    const { nameKey, pastKey } = this.keysOf(id);
    return this.forwards.run({
      customerKey: nameKey,
      pastKey,
      expectedEtag: etag,
      forward: forwardTo(to, this.etags.next()),
      expiryMs: this.expiryMs,
      records: state.records,
    });
  }

  async putBack(
    id: string,
    etag: string,
    move: Moving['move'],
    state: CustomerState,
  ): Promise<Moving | null> {
    const own = this.etags.next();
    const seal = sealOf(move, own);
    const { nameKey } = this.keysOf(id);
    await this.dueBy(state);
    const isPut = await this.heads.run({
      customerKey: nameKey,
      expectedEtag: etag,
      head: Buffer.concat([seal, Buffer.from(this.documentOf(state), 'latin1')]),
      replacedBytes: ALL_BYTES,
    });
    if (isPut && this.connection.confirms) await this.connection.replicated(nameKey);
    return isPut ? { kind: 'moving', etag: own, move, state, headBytes: seal.length } : null;
  }

  async dueBy(state: CustomerState): Promise<void> {
    const { customerId } = state;
    const atMs = dueMs(state);
    if (atMs === Number.POSITIVE_INFINITY) return;
    const { timers } = this.keys.partition(partitionOf(customerId, this.keys.partitions));
    await this.timers.visit(timers, customerId, atMs);
  }

  async recordsOf(id: string): Promise<number> {
    const records = await this.connection.call('hget', [this.keysOf(id).pastKey, 'records']);
    return records === null ? 0 : Number(records);
  }

  /** Bounded by what one customer can send in 24 h. */
  async copySeen(from: string, to: string): Promise<void> {
    const { keys, connection } = this;
    const fromKey = keys.seen(partitionOf(from, keys.partitions), from);
    const found = (await connection.call('zrange', [fromKey, '0', '-1', 'WITHSCORES'])) as Buffer[];
    const toKey = keys.seen(partitionOf(to, keys.partitions), to);
    for (let at = 0; at < found.length; at += 2 * COPIED_MAX) {
      const entries = found.slice(at, at + 2 * COPIED_MAX);
      const scored = entries.flatMap((member, i) => (i % 2 === 0 ? [entries[i + 1]!, member] : []));
      await connection.call('zadd', [toKey, ...scored]);
      await connection.call('pexpire', [toKey, String(SEEN_MS)]);
    }
  }

  documentOf(state: CustomerState): string {
    return this.codec.encode(state);
  }

  stateOf(customerId: string, document: string): CustomerState {
    return this.codec.decode(customerId, document);
  }

  private keysOf(id: string): { readonly nameKey: string; readonly pastKey: string } {
    const { keys } = this;
    const partition = partitionOf(id, keys.partitions);
    return { nameKey: keys.customer(partition, id), pastKey: keys.alias(partition, id) };
  }
}
