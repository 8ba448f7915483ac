// The history writer: moves the ledger to ClickHouse, exactly once, by position.
//
//   freeze ──► durable? ──► read ──► insert ──► mark (and drop the record) ──► trim, a minute later
//     │ pending: somebody froze this and never marked it      │ unknown: leave it frozen; the next
//     └─────────► recover: read positions back, insert        │ round finds it pending
//                 what is missing, remove surplus, mark ◄─────┘
//
// Partitions are drained in groups, so that one group's wait for durability (2 s under `everysec`)
// overlaps the others' inserts; within a group all ranges go into the same inserts.

import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '../redis/connection.ts';
import type { Keys } from '../redis/keys.ts';
import { insertBlocks } from './insert-blocks.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { type Positions, readFrozen, readPositions, readRecords } from './ledger-reader.ts';
import { Blocks } from './ledger-rows.ts';
import type { FrozenRange, LedgerScripts } from './ledger-scripts.ts';
import { compareWithHistory } from './read-back.ts';
import type { HistorySink } from './sink.ts';
import type { Trail } from './trail.ts';

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
  readonly trail: Trail;
  readonly settings: WriterSettings;
  readonly metrics: HistoryMetrics;
  readonly log: WriterLog;
  /** Lets so many batches be in memory at once. */
  readonly slots: { enter(): Promise<() => void> };
}

/** One round of one group. */
export type DrainOutcome =
  | { readonly kind: 'empty' }
  | { readonly kind: 'drained'; readonly records: number; readonly more: boolean };

/** Rows are inserted before a batch is read whole once they are this large, UTF-16 units. */
const BATCH_SIZE_MAX = 64 * 1024 * 1024;

/**
 * Drains partitions whose leases are held, one batch. @throws Unavailable when Redis is away,
 * Error when ClickHouse is; the ranges stay frozen, and the next round recovers them
 */
export async function drainOnce(
  parts: WriterParts,
  group: number,
  partitions: readonly number[],
): Promise<DrainOutcome> {
  const { connection, keys, metrics, settings } = parts;
  if (partitions.length === 0) return { kind: 'empty' };
  const positions = await readPositions(connection, keys, partitions);
  const behind = partitions.filter((_, i) => lagOf(positions[i]!) > 0);
  const lag = positions.reduce((sum, position) => sum + lagOf(position), 0);
  metrics.lag(group, lag);
  if (behind.length === 0) return { kind: 'empty' };

  const startedAtMs = Date.now();
  const frozen = await freezeAll(parts, behind);
  await delay(startedAtMs + settings.durableAfterMs - Date.now());
  const { fresh, pending } = settings.durableAfterMs === 0 ? frozen : await standing(parts, frozen);
  const leave = await parts.slots.enter();
  try {
    for (const range of pending) await recover(parts, range);
    const records = fresh.length === 0 ? 0 : await writeFresh(parts, fresh);
    const recovered = pending.reduce((sum, range) => sum + range.last - range.first + 1, 0);
    return { kind: 'drained', records: records + recovered, more: records + recovered < lag };
  } finally {
    leave();
  }
}

function lagOf(position: Positions): number {
  return position.written - position.marked;
}

interface Frozen {
  readonly fresh: readonly FrozenRange[];
  readonly pending: readonly FrozenRange[];
}

async function freezeAll(parts: WriterParts, partitions: readonly number[]): Promise<Frozen> {
  const { ledger, leases, settings } = parts;
  const queryId = `h-${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;
  const recordsMax = Math.ceil(settings.batchRecordsMax / partitions.length);
  const outcomes = await Promise.all(
    partitions.map((partition) =>
      ledger.freeze({ partition, fence: leases.fence(partition), queryId, recordsMax }),
    ),
  );
  const fresh: FrozenRange[] = [];
  const pending: FrozenRange[] = [];
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i]!;
    if (outcome.kind === 'frozen') fresh.push(outcome.range);
    else if (outcome.kind === 'pending') pending.push(outcome.range);
    else if (outcome.kind === 'fenced') leases.lost(partitions[i]!);
  }
  return { fresh, pending };
}

/**
 * What is still frozen after the wait. A Redis that came back meanwhile without its last second may
 * have lost a freeze, and by now count other records under the same ids.
 */
async function standing(parts: WriterParts, frozen: Frozen): Promise<Frozen> {
  const ranges = [...frozen.fresh, ...frozen.pending];
  const partitions = ranges.map((range) => range.partition);
  const queryIds = await readFrozen(parts.connection, parts.keys, partitions);
  const lost = new Set(ranges.filter((range, i) => range.queryId !== queryIds[i]));
  if (lost.size === 0) return frozen;
  parts.log.warn({ partitions: lost.size }, 'Redis lost what was frozen: it is frozen anew');
  const stands = (range: FrozenRange) => !lost.has(range);
  return { fresh: frozen.fresh.filter(stands), pending: frozen.pending.filter(stands) };
}

/** Ranges frozen in this round: nothing of them can be in history. */
async function writeFresh(parts: WriterParts, ranges: readonly FrozenRange[]): Promise<number> {
  const { queryId } = ranges[0]!;
  const startedAtMs = Date.now();
  let blocks = new Blocks();
  let inserts = 0;
  let records = 0;
  let rows = 0;
  const flush = async () => {
    rows += blocks.rowCount;
    await insert(parts, ranges, blocks, `${queryId}-${inserts++}`);
    blocks = new Blocks();
  };
  for await (const page of readRecords(parts.connection, parts.keys, ranges)) {
    for (let i = 0; i < page.length; i++) {
      const { partition, id, text } = page[i]!;
      blocks.addRecord(partition, id, text, startedAtMs);
    }
    records += page.length;
    if (blocks.size > BATCH_SIZE_MAX) await flush();
  }
  await flush();
  const expected = ranges.reduce((sum, range) => sum + range.last - range.first + 1, 0);
  if (records !== expected) {
    parts.log.error({ expected, records, queryId }, 'the ledger lacks records it has counted');
  }
  await markAll(parts, ranges);
  parts.metrics.drained(records, rows, Date.now() - startedAtMs);
  return records;
}

async function insert(
  parts: WriterParts,
  ranges: readonly FrozenRange[],
  blocks: Blocks,
  queryId: string,
): Promise<void> {
  const mayInsert = () => ranges.every((range) => parts.leases.holds(range.partition));
  const outcome = await insertBlocks(parts.sink, blocks, queryId, mayInsert);
  if (outcome.kind === 'unknown') throw outcome.cause;
  if (outcome.refused === 0) return;
  parts.metrics.refused(outcome.refused);
  parts.log.warn({ rows: outcome.refused }, 'history refused rows; they are in `rejected`');
}

/** A range that somebody froze and nobody marked. */
async function recover(parts: WriterParts, range: FrozenRange): Promise<void> {
  const { sink, connection, keys, metrics, log } = parts;
  await sink.ended(range.queryId);
  const expected = new Blocks();
  const nowMs = Date.now();
  for await (const page of readRecords(connection, keys, [range])) {
    for (const { partition, id, text } of page) expected.addRecord(partition, id, text, nowMs);
  }
  const { missing, missingCount, removedCount } = await compareWithHistory(sink, range, expected);
  // A token of its own: those of the first attempt may be known for rows that never arrived.
  const queryId = `${range.queryId}-r${randomBytes(6).toString('hex')}`;
  await insert(parts, [range], missing, queryId);
  await markAll(parts, [range]);
  metrics.recovered(missingCount, removedCount);
  log.info({ ...range, missing: missingCount, removed: removedCount }, 'recovered a batch');
}

async function markAll(parts: WriterParts, ranges: readonly FrozenRange[]): Promise<void> {
  const { ledger, leases, trail, log } = parts;
  await Promise.all(
    ranges.map(async ({ partition, last, queryId }) => {
      const { kind } = await ledger.mark({ partition, fence: leases.fence(partition), queryId });
      if (kind === 'marked') trail.marked(partition, last, Date.now());
      else if (kind === 'fenced') leases.lost(partition);
      else log.error({ partition, queryId }, 'another range is frozen than the one just written');
    }),
  );
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
