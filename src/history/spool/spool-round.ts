// One round of spooling: frozen ranges go to a file, and only when that is durable does Redis hear
// of it. A kill between the two leaves a file that nothing refers to, and ranges that are frozen as
// before; one between the calls of two ranges leaves a file of which one range is needed.

import { readRecords, readText } from '../../ledger/ledger-reader.ts';
import { receivedAtOf } from '../../ledger/ledger-rows.ts';
import type { HeldRange } from '../../ledger/ledger-scripts.ts';
import type { Leases } from '../../partitions/leases.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import type { Trail } from '../writer/trail.ts';
import type { OwnedFile, Spool } from './spool.ts';
import { SpoolFull } from './spool-file.ts';
import type { SpoolHeader, SpoolRange } from './spool-format.ts';
import type { SpoolScripts } from './spool-scripts.ts';
import { recordsOf } from './spooled-ranges.ts';

export interface SpoolingParts extends FileParts {
  readonly spools: Pick<SpoolScripts, 'spool'>;
  readonly leases: Pick<Leases, 'lost'>;
  readonly trail: Pick<Trail, 'marked'>;
  readonly metrics: Pick<HistoryMetrics, 'spooled'>;
}

/** Writing a file alone. */
interface FileParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly spool: Spool;
  readonly log: HistoryLog;
}

/**
 * Spools ranges: `fresh` were never inserted, `pending` perhaps (their insert may run yet: whoever
 * brings them home waits for its end). Ranges that cannot be spooled stay frozen.
 * @returns records that were spooled; 0 when the disk has no room for them
 * @throws Unavailable when Redis does not answer; the file then stays until that is known
 */
export async function spoolRanges(
  parts: SpoolingParts,
  fresh: readonly HeldRange[],
  pending: readonly HeldRange[],
): Promise<number> {
  const { leases, log, metrics, spool, spools, trail } = parts;
  const ranges = await whole(parts, [
    ...fresh.map((range) => ({ ...range, tried: false })),
    ...pending.map((range) => ({ ...range, tried: true })),
  ]);
  if (ranges.length === 0) return 0;
  const file = await write(parts, headerOf(ranges));
  if (file === null) return 0;
  const { owner } = file;
  const outcomes = await Promise.all(
    ranges.map(({ partition, queryId, fence }) =>
      spools.spool({ partition, queryId, owner, fence }),
    ),
  );
  let records = 0;
  for (let i = 0; i < ranges.length; i++) {
    const { partition, first, last } = ranges[i]!;
    const { kind } = outcomes[i]!;
    if (kind === 'spooled') {
      records += last - first + 1;
      trail.marked(partition, last, Date.now());
    } else if (kind === 'fenced') leases.lost(ranges[i]!);
    else log.warn({ ...ranges[i], kind }, 'a range could not be spooled');
  }
  metrics.spooled(records);
  // Full for Redis is full.
  if (records === 0) spool.rest();
  return records;
}

/** A range that is to be spooled. */
interface Leaving extends HeldRange {
  readonly tried: boolean;
  /** About when its oldest record was received, epoch ms. */
  readonly oldestAtMs: number;
}

/** The ranges that the ledger has whole; others are left to recovery, which says what is lacking. */
async function whole(
  { connection, keys }: Pick<FileParts, 'connection' | 'keys'>,
  ranges: readonly Omit<Leaving, 'oldestAtMs'>[],
): Promise<readonly Leaving[]> {
  const nowMs = Date.now();
  const found = await Promise.all(
    ranges.map(async (range) => {
      const { partition, first, last } = range;
      // The ends of a gapless range; a hole between them is found when it is read.
      const [oldest, newest] = await Promise.all([
        readText(connection, keys, partition, first),
        readText(connection, keys, partition, last),
      ]);
      if (oldest === null || newest === null) return null;
      return { ...range, oldestAtMs: Math.min(nowMs, receivedAtOf(oldest) ?? nowMs) };
    }),
  );
  return found.filter((range) => range !== null);
}

function headerOf(leaving: readonly Leaving[]): SpoolHeader {
  const ranges = leaving.map(
    ({ partition, first, last, queryId, tried }): SpoolRange => ({
      partition,
      first,
      last,
      queryId,
      tried,
    }),
  );
  const oldestAtMs = Math.min(...leaving.map((range) => range.oldestAtMs));
  return { ranges, records: recordsOf(ranges), oldestAtMs };
}

/** null = there is no room: spooling rests for a while. */
async function write(parts: FileParts, header: SpoolHeader): Promise<OwnedFile | null> {
  const { connection, keys, log, spool } = parts;
  try {
    return await spool.write(header, readRecords(connection, keys, header.ranges));
  } catch (err) {
    if (!isOfDisk(err)) throw err;
    const isNews = spool.blocked();
    if (isNews) log.error({ err, bytes: spool.bytes }, 'the spool cannot be written: ledger grows');
    return null;
  }
}

/** Every fault of writing is a reason to let the ledger grow; faults of Redis are not of the disk. */
function isOfDisk(error: unknown): boolean {
  return error instanceof SpoolFull || typeof (error as NodeJS.ErrnoException).errno === 'number';
}
