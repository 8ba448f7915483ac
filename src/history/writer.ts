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

import { Unavailable } from '../errors.ts';
import type { RedisConnection } from '../redis/connection.ts';
import type { Keys } from '../redis/keys.ts';
import { type Continuity, forgetLostPast } from './continuity.ts';
import { type Frozen, freezeAll, standing } from './freezing.ts';
import { insertBlocks, LeaseLost } from './insert-blocks.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { type Positions, readPositions, readRecords } from './ledger-reader.ts';
import { Blocks } from './ledger-rows.ts';
import type { FrozenRange, LedgerScripts } from './ledger-scripts.ts';
import type { Overflow } from './overflow.ts';
import { BATCH_SIZE_MAX, settle } from './settle.ts';
import type { HistorySink } from './sink.ts';
import type { Spool } from './spool.ts';
import { spoolRanges } from './spool-round.ts';
import type { SpoolScripts } from './spool-scripts.ts';
import { recordsOf } from './spooled-ranges.ts';
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
  readonly trail: Trail;
  readonly continuity: Continuity;
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

/** A freeze stands, but the stream does not have all that it counted. */
class LedgerLacks extends Error {
  constructor() {
    super('the ledger lacks records it has counted');
  }
}

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
  const plan = overflow.plan(group, lags, parts.spool?.canWrite(Date.now()) ?? false, Date.now());
  if (lag === 0) return { kind: 'empty' };
  if (plan === 'wait') return { kind: 'waiting' };
  const tooMuch = plan === 'spool' ? overflow.enoughRecords : 0;
  const behind = partitions.filter((_, i) => lags[i]! > tooMuch);

  const startedAtMs = Date.now();
  const asked = await freezeAll(parts, behind);
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
    const records = await insertAll(parts, frozen);
    overflow.worked();
    return { kind: 'drained', records, more: records < lag };
  } catch (error) {
    const isHistorys = !(error instanceof Unavailable || error instanceof LeaseLost);
    if (isHistorys && !(error instanceof LedgerLacks)) overflow.failed(Date.now());
    throw error;
  } finally {
    leave();
  }
}

async function insertAll(parts: WriterParts, { fresh, pending }: Frozen): Promise<number> {
  const byQuery = new Map<string, FrozenRange[]>();
  for (const range of pending) {
    const ranges = byQuery.get(range.queryId);
    if (ranges === undefined) byQuery.set(range.queryId, [range]);
    else ranges.push(range);
  }
  for (const [queryId, ranges] of byQuery) await recover(parts, queryId, ranges);
  if (fresh.length > 0) await writeFresh(parts, fresh);
  return recordsOf(pending) + recordsOf(fresh);
}

function lagOf(position: Positions): number {
  return position.written - position.marked;
}

/** Ranges frozen in this round: nothing of them is in history, once a lost past is out of it. */
async function writeFresh(parts: WriterParts, ranges: readonly FrozenRange[]): Promise<void> {
  const { queryId } = ranges[0]!;
  await forgetPast(parts, queryId, ranges);
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
  // Redis came back without its last records, or somebody removed some. The range is not marked:
  // the next round finds it frozen no more, or reads it once more.
  if (records !== recordsOf(ranges)) throw new LedgerLacks();
  for (const range of await markAll(parts, ranges)) parts.continuity.wrote(range);
  parts.metrics.drained(records, rows, Date.now() - startedAtMs);
}

async function forgetPast(
  { sink, continuity, leases, metrics, log }: WriterParts,
  queryId: string,
  ranges: readonly FrozenRange[],
): Promise<void> {
  const doubtful = ranges.filter((range) => continuity.doubts(range));
  if (doubtful.length === 0) return;
  await sink.ended(queryId);
  const mayRemove = () => doubtful.every(({ partition }) => leases.holds(partition));
  const removed = await forgetLostPast(sink, doubtful, mayRemove);
  if (removed === 0) return;
  metrics.recovered(0, removed);
  log.warn({ removed }, 'Redis came back without its last writes: history forgets them, too');
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

/**
 * Ranges that somebody froze and nobody marked. What the ledger has lost of them for good (the
 * freeze stands, so Redis' memory is whole: somebody removed records) does not stop the line:
 * standing still would bring nothing back, and `verify` names each record that is missing.
 */
async function recover(
  parts: WriterParts,
  queryId: string,
  ranges: readonly FrozenRange[],
): Promise<void> {
  const { sink, connection, keys, leases, metrics, log } = parts;
  const mayWrite = () => ranges.every((range) => leases.holds(range.partition));
  const into = {
    ...{ sink, mayWrite },
    insert: (blocks: Blocks, id: string) => insert(parts, ranges, blocks, id),
  };
  const settled = await settle(into, queryId, ranges, readRecords(connection, keys, ranges));
  const lacking = recordsOf(ranges) - settled.records;
  if (lacking > 0) log.error({ ranges, lacking }, 'the ledger lacks records it has counted');
  await markAll(parts, ranges);
  const { missing, removed } = settled;
  metrics.recovered(missing, removed);
  log.info({ ranges, missing, removed }, 'recovered a batch');
}

/** @returns those that Redis has marked */
async function markAll(
  { ledger, leases, trail, log }: WriterParts,
  ranges: readonly FrozenRange[],
): Promise<readonly FrozenRange[]> {
  const marks = ranges.map(async ({ partition, last, queryId }) => {
    const { kind } = await ledger.mark({ partition, fence: leases.fence(partition), queryId });
    if (kind === 'marked') trail.marked(partition, last, Date.now());
    else if (kind === 'fenced') leases.lost(partition);
    else log.error({ partition, queryId }, 'another range is frozen than the one just written');
    return kind === 'marked';
  });
  const isMarked = await Promise.all(marks);
  return ranges.filter((_, i) => isMarked[i]);
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
