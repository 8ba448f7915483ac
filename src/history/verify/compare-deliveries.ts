// Compares the outbox with the deliveries that history has. A delivery begins with the commit of its
// decision, and ends with that of its last row: so at every position of a partition's ledger the outbox has
// those that have begun and not ended, and those that were given up and may be tried again by hand.
//
// The outbox is read between two positions. What had begun at the first and has not ended at the second
// must be there; what had ended at the first must not.

import { readPositions } from '../../ledger/ledger-reader.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Differences } from './difference.ts';

export interface DeliveriesParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'query'>;
  /** Waits until all that these have written by now is in history. @returns those not in time */
  unsettled(partitions: readonly number[]): Promise<Iterable<number>>;
}

interface Reading {
  readonly partition: number;
  readonly before: number;
  /** Ids in the outbox. */
  readonly there: ReadonlySet<string>;
  readonly after: number;
}

/** Entries of the outbox that are looked for among what has ended: a query has a largest size. */
const THERE_MAX = 4_000;

/** Notes deliveries that were lost or ended twice. @returns how many were compared. @throws Unavailable */
export async function compareDeliveries(
  parts: DeliveriesParts,
  partitions: readonly number[],
  differences: Differences,
): Promise<number> {
  if ((await count(parts.sink, partitions)) === 0) return 0;
  const readings = await read(parts, partitions);
  const late = new Set(await parts.unsettled(partitions));
  const settled = readings.filter(({ partition }) => !late.has(partition));
  for (const { partition, id, begun, ended, ends } of await suspects(parts.sink, settled)) {
    const isThere = settled.find((one) => one.partition === partition)!.there.has(id);
    const note = (what: 'lost' | 'again' | 'twice') =>
      differences.note({ kind: 'delivery', partition, deliveryId: id, what });
    if (Number(ends) > 1) note('twice');
    else if (Number(ends) === 0 && Number(begun) === 1 && !isThere) note('lost');
    else if (Number(ended) === 1 && isThere) note('again');
  }
  return count(
    parts.sink,
    settled.map(({ partition }) => partition),
  );
}

async function count(
  sink: Pick<HistorySink, 'query'>,
  partitions: readonly number[],
): Promise<number> {
  const [row] = await sink.query<{ n: number | string }>(
    `SELECT count() AS n FROM decisions
     WHERE has(${list(partitions)}, partition) AND delivery_id != ''`,
  );
  return Number(row?.n ?? 0);
}

async function read(
  { connection, keys }: DeliveriesParts,
  partitions: readonly number[],
): Promise<readonly Reading[]> {
  const before = await readPositions(connection, keys, partitions);
  const ids = await Promise.all(
    partitions.map((partition) => connection.call('hkeys', [keys.partition(partition).outbox])),
  );
  const after = await readPositions(connection, keys, partitions);
  return partitions.map((partition, i) => ({
    partition,
    before: before[i]!.written,
    there: new Set((ids[i] as readonly Buffer[]).map(String)),
    after: after[i]!.written,
  }));
}

interface Suspect {
  readonly partition: number;
  readonly id: string;
  /** 1 = by the first position. */
  readonly begun: number | string;
  readonly ended: number | string;
  /** How many rows say that it has, by the second position. */
  readonly ends: number | string;
}

/**
 * Deliveries that have not ended, or more than once, and those in the outbox that have. What was given up
 * may be tried again by hand, or leave the outbox: it is neither.
 */
async function suspects(
  sink: Pick<HistorySink, 'query'>,
  readings: readonly Reading[],
): Promise<readonly Suspect[]> {
  if (readings.length === 0) return [];
  const partitions = list(readings.map(({ partition }) => partition));
  const at = (positions: readonly number[]) =>
    `transform(partition, ${partitions}, ${list(positions)}, 0)`;
  const before = at(readings.map((reading) => reading.before));
  const after = at(readings.map((reading) => reading.after));
  const there = readings.flatMap((reading) => [...reading.there]).slice(0, THERE_MAX);
  return sink.query<Suspect>(
    `SELECT partition, id, max(is_begun AND ledger_id <= ${before}) AS begun,
       max(is_end AND ledger_id <= ${before}) AS ended, countIf(is_end) AS ends
     FROM (
       SELECT partition, delivery_id AS id, ledger_id, 1 AS is_begun, 0 AS is_end, 0 AS is_given_up
       FROM decisions
       WHERE has(${partitions}, partition) AND ledger_id <= ${after} AND delivery_id != ''
       UNION ALL
       SELECT partition, delivery_id AS id, ledger_id, 0 AS is_begun, status != 'failed' AS is_end,
         status = 'failed' AND next_at IS NULL AS is_given_up
       FROM deliveries
       WHERE has(${partitions}, partition) AND ledger_id <= ${after}
     )
     GROUP BY partition, id
     HAVING (ends = 0 AND max(is_given_up) = 0) OR ends > 1 OR has(${texts(there)}, id)`,
  );
}

function list(values: readonly number[]): string {
  return `[${values.join(',')}]`;
}

/** Ids are ours; what is none is not asked for. */
function texts(ids: readonly string[]): string {
  return `[${ids.filter((id) => /^[\w-]+$/.test(id)).map((id) => `'${id}'`)}]`;
}
