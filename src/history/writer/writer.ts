// The history writer: moves the ledger to ClickHouse, exactly once, by position.
//
//   freeze ──► durable? ──► read ──► insert ──► mark (and drop the record) ──► trim, a minute later
//     │ │ pending: somebody froze this and never marked it    │ unknown: leave it frozen; the next
//     │ └───────► recover: read positions back, insert        │ round finds it pending
//     │           what is missing, remove surplus, mark ◄─────┘
//     └ history is in trouble and the lag long: to a file (spool-round.ts), mark; brought home later
//
// Partitions are drained in groups, so that one group's wait for durability (2 s under `everysec`)
// overlaps the others' inserts; within a group all ranges go into the same inserts.

import { Unavailable } from '../../errors.ts';
import { isTorn, type Positions, readPositions } from '../../ledger/ledger-reader.ts';
import type { LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { LeaseKeeper } from '../../partitions/lease-keeper.ts';
import type { RedisConnection } from '../../redis/connection.ts';
import type { Keys } from '../../redis/keys.ts';
import type { TornPartitions } from '../../redis/torn-partitions.ts';
import type { Belonging } from '../belonging.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Overflow } from '../spool/overflow.ts';
import type { Spool } from '../spool/spool.ts';
import { spoolRanges } from '../spool/spool-round.ts';
import type { SpoolScripts } from '../spool/spool-scripts.ts';
import type { Continuity } from './continuity.ts';
import { freezeAll, standing } from './freezing.ts';
import { LeaseLost } from './insert-blocks.ts';
import type { Suspects } from './suspects.ts';
import type { Trail } from './trail.ts';
import { LedgerLacks, writeRanges } from './write-ranges.ts';

export interface WriterSettings {
  /** Most ledger records in one batch of a group. */
  readonly batchRecordsMax: number;
  /** How old a freeze must be before its rows are inserted, ms: 2,000 under `everysec`, else 0. */
  readonly durableAfterMs: number;
}

/** What the writer tells; every method is called once per batch at most. */
export interface HistoryMetrics {
  drained(records: number, rows: number, durationMs: number): void;
  refused(rows: number): void;
  recovered(missing: number, removed: number): void;
  /** Records went to a file instead of to history. */
  spooled(records: number): void;
  /** Records from files are in history. */
  broughtHome(records: number): void;
  /** A spool file, or what should be in one, cannot be read. */
  damaged(): void;
  /** Records between mark and end of the ledger, over the partitions just looked at. */
  lag(group: number, records: number): void;
  failed(): void;
}

export interface WriterLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WriterParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly ledger: LedgerScripts;
  readonly leases: LeaseKeeper;
  readonly sink: HistorySink;
  readonly overflow: Overflow;
  /** null = nothing is ever spooled. */
  readonly spool: Spool | null;
  readonly spools: SpoolScripts;
  readonly suspects: Suspects;
  readonly trail: Trail;
  readonly continuity: Continuity;
  readonly belonging: Belonging;
  readonly torn: TornPartitions;
  readonly settings: WriterSettings;
  readonly metrics: HistoryMetrics;
  readonly log: WriterLog;
  /** Lets so many batches be in memory at once. */
  readonly slots: { enter(): Promise<() => void> };
}

/** One round of one group. */
export type DrainOutcome =
  | { readonly kind: 'empty' }
  /** History failed a moment ago, and the lag can bear to wait. */
  | { readonly kind: 'waiting' }
  /** Into history, or into a file. */
  | { readonly kind: 'drained'; readonly records: number; readonly more: boolean };

/**
 * Drains partitions whose leases are held, one batch. @throws Unavailable when Redis is away,
 * Error when ClickHouse is; the ranges stay frozen, and the next round recovers them
 */
export async function drainOnce(
  parts: WriterParts,
  group: number,
  held: readonly number[],
): Promise<DrainOutcome> {
  const { connection, keys, metrics, overflow, settings } = parts;
  // A part of a cluster may be away: the others go on.
  const answering = held.filter((p) => connection.serves(keys.partition(p).position));
  const partitions = answering.length > 0 ? answering : held;
  const positions = await readPositions(connection, keys, partitions);
  const lags = positions.map(lagOf);
  const lag = lags.reduce((sum, records) => sum + records, 0);
  metrics.lag(group, lag);
  // The script decides, and says it.
  const torn = partitions.filter((p, i) => isTorn(positions[i]!) || parts.torn.has(p));
  const plan = overflow.plan(group, lags, parts.spool?.canWrite(Date.now()) ?? false, Date.now());
  if (lag === 0 && torn.length === 0) return { kind: 'empty' };
  if (plan === 'wait') return { kind: 'waiting' };
  const tooMuch = plan === 'spool' ? overflow.enoughRecords : 0;
  const behind = partitions.filter((p, i) => lags[i]! > tooMuch || torn.includes(p));

  const startedAtMs = Date.now();
  const asked = await freezeAll(parts, behind);
  if (asked.fresh.length + asked.pending.length === 0) return { kind: 'empty' };
  await delay(startedAtMs + settings.durableAfterMs - Date.now());
  const frozen = await standing(parts, asked);
  if (plan === 'spool') {
    const records = await spoolRanges(parts, frozen.fresh, frozen.pending);
    return { kind: 'drained', records, more: records > 0 };
  }
  const leave = await parts.slots.enter();
  try {
    // While this waited for its slot another group may have found history gone.
    if (overflow.mustWait(Date.now())) return { kind: 'waiting' };
    const records = await writeRanges(parts, frozen);
    // Of nothing that could be frozen history was not asked.
    if (frozen.fresh.length + frozen.pending.length > 0) overflow.worked();
    return { kind: 'drained', records, more: records < lag };
  } catch (error) {
    const isHistorys = !(error instanceof Unavailable || error instanceof LeaseLost);
    if (isHistorys && !(error instanceof LedgerLacks)) overflow.failed(Date.now());
    throw error;
  } finally {
    leave();
  }
}

/** Of a torn one it is not known. */
function lagOf(position: Positions): number {
  return isTorn(position) ? 0 : position.written - position.marked;
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
