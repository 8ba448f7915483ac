// `verify --repair`: makes history what the ledger says, partition by partition. A repair takes the
// partition's lease as a worker does, with a fence of its own, so that no worker writes to it
// meanwhile: it asks for the partition, the worker that has it hands it over after the batch it is
// at, and takes it again when the repair is done.
//
//   ask ─► lease ─► compare anew ─► copies ─► what the ledger has ─► what nobody wrote ─► release
//    └ not in time: busy, nothing was done

import { type LedgerRange, readPositions } from '../../ledger/ledger-reader.ts';
import type { LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { PartitionClaims, TakenLeases } from '../../partitions/leases.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { readSpooled } from '../spool/spooled-ranges.ts';
import { compareIds, compareSurplus, type Extent } from './compare-ids.ts';
import { compareRows, RANGE_RECORDS } from './compare-rows.ts';
import { type Difference, Differences, without } from './difference.ts';
import { mendTorn } from './mend-torn.ts';
import {
  type Repaired,
  type RepairSource,
  removeDuplicates,
  removeUnwritten,
  restore,
} from './repair-rows.ts';

export interface RepairParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  /** Of a user that may write. */
  readonly sink: HistorySink;
  /** Of one that is no worker (`wants: 'none'`). */
  readonly leases: TakenLeases;
  readonly claims: PartitionClaims;
  readonly ledger: LedgerScripts;
  /** How long to wait for a partition to be handed over, ms. */
  readonly waitMs: number;
}

export type RepairOutcome =
  | ({ readonly kind: 'repaired'; readonly partition: number } & Readonly<Repaired>)
  /** Its worker did not hand it over in time. */
  | { readonly kind: 'busy'; readonly partition: number }
  /** Something of it may be done; it can be done again. */
  | { readonly kind: 'failed'; readonly partition: number; readonly cause: Error };

/** How long a claim lasts unless it is made again; ms. */
const CLAIM_MS = 5_000;
const POLL_MS = 100;
/** Differences that one repair of a partition is about; what is beyond is found by the next. */
const DIFFERENCES_MAX = 100_000;

/** What would be done about a difference, in words; null = nothing can be. */
export function remedyOf(difference: Difference, extent: Extent): string | null {
  switch (difference.kind) {
    case 'missing_record':
    case 'missing_row':
      if (difference.last < extent.oldest) return null;
      return difference.first >= extent.oldest
        ? 'insert it from the ledger'
        : `insert what the ledger still has, from record ${extent.oldest}`;
    case 'duplicate_row':
      return 'remove all copies but one';
    case 'surplus_row':
    case 'surplus_record':
      return 'remove it';
    case 'torn':
      return 'count on beyond all that history and ledger have (its keys cannot come home then)';
    case 'timer':
      return 'put it into the index';
    case 'ledger_gap':
    case 'budget':
    case 'delivery':
    case 'customer':
      return null;
  }
}

/** How far a partition is now. @throws Unavailable */
export async function extentOf(
  { connection, keys }: Pick<RepairParts, 'connection' | 'keys'>,
  partition: number,
): Promise<Extent> {
  const [position] = await readPositions(connection, keys, [partition]);
  const [spooled] = await readSpooled(connection, keys, [partition]);
  return { partition, ...position!, spooled: spooled! };
}

/** Repairs one partition. @throws Unavailable when Redis is away */
export async function repairPartition(
  parts: RepairParts,
  partition: number,
): Promise<RepairOutcome> {
  const { leases } = parts;
  if (!(await obtain(parts, partition))) return { kind: 'busy', partition };
  try {
    const repaired = await repairHeld(parts, partition);
    return { kind: 'repaired', partition, ...repaired };
  } catch (cause) {
    return { kind: 'failed', partition, cause: cause as Error };
  } finally {
    await leases.release(partition);
  }
}

/** Asks for the lease until it is ours, or the time is over. */
async function obtain(parts: RepairParts, partition: number): Promise<boolean> {
  const { leases, claims, waitMs } = parts;
  const endAtMs = Date.now() + waitMs;
  let claimedAtMs = Number.NEGATIVE_INFINITY;
  try {
    for (;;) {
      if (await leases.acquire(partition)) return true;
      if (Date.now() >= endAtMs) return false;
      if (Date.now() - claimedAtMs > CLAIM_MS / 3) {
        await claims.claim(partition, CLAIM_MS);
        claimedAtMs = Date.now();
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } finally {
    await claims.unclaim(partition);
  }
}

async function repairHeld(parts: RepairParts, partition: number): Promise<Repaired> {
  const { connection, keys, sink, leases } = parts;
  const source: RepairSource = {
    connection,
    keys,
    sink,
    mayWrite: () => leases.holds(partition),
  };
  const repaired: Repaired = { inserted: 0, removed: 0, mended: false };
  await sink.caughtUp?.();
  // Before anything is compared: of a torn one all that history has looks as if nobody wrote it.
  const asFound = await extentOf(parts, partition);
  repaired.mended = await mendTorn(parts, asFound, leases.fence(partition));
  const extent = repaired.mended ? await extentOf(parts, partition) : asFound;
  const found = new Differences(DIFFERENCES_MAX);
  await compareIds(sink, [extent], found);
  await compareRows(source, [extent], found);
  for (const range of touched(found, ['duplicate_row'], extent, 1)) {
    await removeDuplicates(source, range, repaired);
  }
  const others = ['missing_record', 'missing_row', 'surplus_row'];
  for (const range of touched(found, others, extent, extent.oldest)) {
    await restore(source, range, repaired);
  }
  const unwritten = new Differences(1);
  const now = await extentOf(parts, partition);
  await compareSurplus(sink, [now], unwritten);
  if (unwritten.count > 0) await removeUnwritten(source, now, repaired);
  return repaired;
}

/** The ranges of differences of some kinds from `first` on, without what waits in files. */
function touched(
  found: Differences,
  kinds: readonly string[],
  { partition, marked, spooled }: Extent,
  first: number,
): LedgerRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const difference of found.list) {
    if (!('first' in difference) || !kinds.includes(difference.kind)) continue;
    const from = Math.max(first, difference.first);
    const last = Math.min(marked, difference.last);
    if (from <= last) ranges.push(...without({ first: from, last }, spooled));
  }
  ranges.sort((a, b) => a.first - b.first);
  const whole: { first: number; last: number }[] = [];
  for (const range of ranges) {
    const before = whole.at(-1);
    if (before === undefined || range.first > before.last + 1) whole.push({ ...range });
    else before.last = Math.max(before.last, range.last);
  }
  return whole.flatMap((range) => inPieces(partition, range));
}

function inPieces(partition: number, range: { first: number; last: number }): LedgerRange[] {
  const pieces: LedgerRange[] = [];
  for (let from = range.first; from <= range.last; from += RANGE_RECORDS) {
    const last = Math.min(range.last, from + RANGE_RECORDS - 1);
    pieces.push({ partition, first: from, last });
  }
  return pieces;
}
