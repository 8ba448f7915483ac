// Ranges that a spool should have and has not: their file is torn, was altered, or is gone. The
// ledger keeps records for a while after their mark; where it still has every record of a range,
// the range is written to a file anew, at once and without ClickHouse. Of what it has not, a range
// whose file is gone may be home (lost-ranges.ts); others stay recorded as spooled, so that `verify`
// names them and the lag shows them.

import { readRecords } from '../../ledger/ledger-reader.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import type { OwnedFile, Spool } from './spool.ts';
import type { SpoolRange } from './spool-format.ts';
import { readSpooled, recordsOf, type SpooledRange } from './spooled-ranges.ts';

export interface MendingParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly spool: Spool;
  readonly metrics: Pick<HistoryMetrics, 'damaged'>;
  readonly log: HistoryLog;
}

/**
 * Sets a damaged file aside and mends what was needed of it. What the ledger has not is lost: a part
 * of its rows may be in history, as the file was there to be brought home.
 */
export async function mendFile(
  parts: MendingParts,
  file: OwnedFile,
  needed: readonly SpoolRange[],
  damage: string,
): Promise<void> {
  parts.log.error({ path: file.path, damage }, 'a spool file is damaged');
  parts.metrics.damaged();
  // In this order: when the new file cannot be written, the old one is tried again.
  const { owner } = file;
  const ranges = needed.map(({ partition, first, last, queryId }) => {
    return { partition, first, last, queryId, owner };
  });
  for (const range of await mend(parts, owner, ranges)) {
    parts.log.error(range, 'a spooled range is lost: neither file nor ledger has it');
  }
  await parts.spool.setAside(file);
}

/**
 * Compares the files of an owner with what Redis says it has, and mends what is lost.
 * @returns what the ledger has not
 */
export async function mendLost(parts: MendingParts, owner: string): Promise<SpooledRange[]> {
  const { connection, keys, log, metrics, spool } = parts;
  const all = Array.from({ length: keys.partitions }, (_, partition) => partition);
  const spooled = (await readSpooled(connection, keys, all)).flat();
  const inFiles = new Set<string>();
  for (const file of spool.oldestFirst()) {
    if (file.owner !== owner) continue;
    for (const { partition, queryId } of file.header.ranges) inFiles.add(`${partition} ${queryId}`);
  }
  const lost = spooled.filter(
    (range) => range.owner === owner && !inFiles.has(`${range.partition} ${range.queryId}`),
  );
  if (lost.length === 0) return [];
  log.error({ owner, ranges: lost.length }, 'spooled ranges have no file');
  metrics.damaged();
  return mend(parts, owner, lost);
}

async function mend(
  parts: MendingParts,
  owner: string,
  ranges: readonly SpooledRange[],
): Promise<SpooledRange[]> {
  const { connection, keys, log, spool } = parts;
  const whole: SpooledRange[] = [];
  const lost: SpooledRange[] = [];
  for (const range of ranges) {
    let records = 0;
    for await (const page of readRecords(connection, keys, [range])) records += page.length;
    if (records === recordsOf([range])) whole.push(range);
    else lost.push(range);
  }
  // A file names a partition once.
  for (const group of oncePerPartition(whole)) {
    const header = {
      ranges: group.map(({ partition, first, last, queryId }) => {
        return { partition, first, last, queryId, tried: true };
      }),
      records: recordsOf(group),
      oldestAtMs: Date.now(),
    };
    await spool.write(header, readRecords(connection, keys, group), owner);
    log.info({ owner, ranges: group.length }, 'spooled ranges are written anew from the ledger');
  }
  return lost;
}

function oncePerPartition(ranges: readonly SpooledRange[]): SpooledRange[][] {
  const groups: SpooledRange[][] = [];
  for (const range of ranges) {
    const free = groups.find((group) => group.every((it) => it.partition !== range.partition));
    if (free === undefined) groups.push([range]);
    else free.push(range);
  }
  return groups;
}
