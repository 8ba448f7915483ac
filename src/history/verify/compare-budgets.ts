// Compares what Redis counts as used of budgets with the grants that history has. Both belong to one
// commit, so of each partition the two must agree at every position of its ledger; while traffic goes on,
// what is used lies between what history has at the positions read before and after it.

import { readPositions } from '../../ledger/ledger-reader.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { Differences } from './difference.ts';

export interface BudgetsParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'query'>;
  /** What of each budget a partition has used, by `offer|limit`. */
  usage(partition: number): Promise<ReadonlyMap<string, number>>;
  /** Waits until all that these have written by now is in history. @returns those not in time */
  unsettled(partitions: readonly number[]): Promise<Iterable<number>>;
}

interface Reading {
  readonly partition: number;
  readonly before: number;
  readonly used: ReadonlyMap<string, number>;
  readonly after: number;
}

/** Notes limits whose use differs. @returns how many were compared. @throws Unavailable */
export async function compareBudgets(
  parts: BudgetsParts,
  partitions: readonly number[],
  differences: Differences,
): Promise<number> {
  const readings: Reading[] = [];
  const before = await readPositions(parts.connection, parts.keys, partitions);
  const usages = await Promise.all(partitions.map((partition) => parts.usage(partition)));
  const after = await readPositions(parts.connection, parts.keys, partitions);
  partitions.forEach((partition, i) => {
    const used = usages[i]!;
    if (used.size === 0) return;
    readings.push({ partition, before: before[i]!.written, used, after: after[i]!.written });
  });
  if (readings.length === 0) return 0;
  const late = new Set(await parts.unsettled(readings.map(({ partition }) => partition)));
  const settled = readings.filter(({ partition }) => !late.has(partition));
  let compared = 0;
  const granted = await grantedIn(parts.sink, settled);
  for (const { partition, used } of settled) {
    for (const [field, amount] of used) {
      compared++;
      const { least, most } = granted.get(`${partition} ${field}`) ?? { least: 0, most: 0 };
      if (least <= amount && amount <= most) continue;
      differences.note({ kind: 'budget', partition, field, used: amount, history: most });
    }
  }
  return compared;
}

interface GrantedRow {
  readonly partition: number;
  readonly offer: string;
  readonly day: number;
  readonly kind: string;
  readonly least: number | string;
  readonly most: number | string;
}

/** `partition offer|limit` → what history has of it at both positions. */
async function grantedIn(
  sink: Pick<HistorySink, 'query'>,
  readings: readonly Reading[],
): Promise<ReadonlyMap<string, { readonly least: number; readonly most: number }>> {
  const granted = new Map<string, { least: number; most: number }>();
  if (readings.length === 0) return granted;
  const list = (values: readonly number[]) => `[${values.join(',')}]`;
  const partitions = list(readings.map(({ partition }) => partition));
  const at = (positions: readonly number[]) =>
    `transform(partition, ${partitions}, ${list(positions)}, 0)`;
  const before = at(readings.map((reading) => reading.before));
  const after = at(readings.map((reading) => reading.after));
  const rows = await sink.query<GrantedRow>(
    `SELECT partition, offer, if(kind = 'd', toUInt32(day), 0) AS day, kind,
       sumIf(if(kind = 'm', toInt64(spent * 100), 1), ledger_id <= ${before}) AS least,
       sum(if(kind = 'm', toInt64(spent * 100), 1)) AS most
     FROM (
       SELECT partition, ledger_id, offer, day, spent, arrayJoin(ngrams(counted, 1)) AS kind
       FROM decisions
       ARRAY JOIN grants.offer_id AS offer, grants.day AS day, grants.spent AS spent,
         grants.counted AS counted
       WHERE has(${partitions}, partition) AND ledger_id <= ${after}
     )
     GROUP BY partition, offer, day, kind`,
  );
  for (const { partition, offer, day, kind, least, most } of rows) {
    const field = `${offer}|${kind === 'd' ? `d${day}` : kind}`;
    granted.set(`${partition} ${field}`, { least: Number(least), most: Number(most) });
  }
  return granted;
}
