// The first two steps of a batch: fixing what goes to history next, and waiting until Redis would not
// forget that.

import { randomBytes } from 'node:crypto';
import { readFrozen } from '../../ledger/ledger-reader.ts';
import type { HeldRange, LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { Leases } from '../../partitions/leases.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { TornPartitions } from '../../redis/torn-partitions.ts';
import type { Continuity } from './continuity.ts';
import { type AnsweringParts, ofAnswering } from './of-answering.ts';

export interface FreezingParts extends AnsweringParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly ledger: Pick<LedgerScripts, 'freeze'>;
  readonly leases: Pick<Leases, 'fence' | 'lost'>;
  readonly continuity: Pick<Continuity, 'froze'>;
  readonly torn: Pick<TornPartitions, 'found' | 'whole'>;
  /** Most ledger records in one batch of a group. */
  readonly batchRecordsMax: number;
}

/** When a range was frozen, by its query id, epoch ms; NaN = it does not say. */
export function frozenAtMs(queryId: string): number {
  return Number.parseInt(queryId.split('-')[1] ?? '', 36);
}

/** Ranges under way. */
export interface Frozen {
  /** Frozen now. */
  readonly fresh: readonly HeldRange[];
  /** Frozen before, by whomever, and never marked. */
  readonly pending: readonly HeldRange[];
}

/**
 * Freezes the next range of each partition that answers; those that are not ours any more are let go.
 * @throws Unavailable when none answers
 */
export async function freezeAll(
  parts: FreezingParts,
  partitions: readonly number[],
): Promise<Frozen> {
  const { ledger, leases, batchRecordsMax } = parts;
  const queryId = `h-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
  const recordsMax = Math.ceil(batchRecordsMax / partitions.length);
  const asked = partitions.map((partition) => ({ partition, fence: leases.fence(partition) }));
  const answers = await ofAnswering(parts, asked, (lease) =>
    ledger.freeze({ ...lease, queryId, recordsMax }),
  );
  const fresh: HeldRange[] = [];
  const pending: HeldRange[] = [];
  for (const [lease, outcome] of answers) {
    if (outcome.kind === 'frozen') {
      parts.continuity.froze(outcome.range);
      fresh.push(outcome.range);
    } else if (outcome.kind === 'pending') pending.push(outcome.range);
    else if (outcome.kind === 'fenced') leases.lost(lease);
    if (outcome.kind === 'torn') parts.torn.found(lease.partition);
    else parts.torn.whole(lease.partition);
  }
  return { fresh, pending };
}

/**
 * What is still frozen after the wait, and on replicas, where one may take over. A Redis that came
 * back meanwhile without its last second, or a replica that took over, may have lost a freeze, and by
 * now count other records under the same ids.
 */
export async function standing(
  parts: Pick<FreezingParts, 'connection' | 'keys' | 'log'>,
  frozen: Frozen,
): Promise<Frozen> {
  const ranges = [...frozen.fresh, ...frozen.pending];
  const partitions = ranges.map((range) => range.partition);
  const { connection, keys } = parts;
  await Promise.all(partitions.map((p) => connection.replicated(keys.partition(p).frozen)));
  const queryIds = await readFrozen(connection, keys, partitions);
  const lost = new Set(ranges.filter((range, i) => range.queryId !== queryIds[i]));
  if (lost.size === 0) return frozen;
  parts.log.warn({ partitions: lost.size }, 'Redis lost what was frozen: it is frozen anew');
  const stands = (range: HeldRange) => !lost.has(range);
  return { fresh: frozen.fresh.filter(stands), pending: frozen.pending.filter(stands) };
}
