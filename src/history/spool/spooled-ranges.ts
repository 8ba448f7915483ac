// What Redis says is spooled: ranges behind the mark that are not in history yet, but in a file of
// some worker. History is complete when everything written is marked and nothing is spooled.

import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';

/** A range that waits in a file. */
export interface SpooledRange extends FrozenRange {
  /** The spool directory that has the file: its name under `spool/` of that machine's data. */
  readonly owner: string;
}

/** The spooled ranges of each partition, in order of position. @throws Unavailable */
export async function readSpooled(
  connection: RedisConnection,
  keys: Keys,
  partitions: readonly number[],
): Promise<SpooledRange[][]> {
  const replies = await Promise.all(
    partitions.map((partition) => connection.call('hgetall', [keys.partition(partition).spooled])),
  );
  return partitions.map((partition, i) => rangesOf(partition, replies[i]));
}

/** How a range stands that a file holds. */
export type SpoolStanding =
  /** The file is all that must be brought home. */
  | 'spooled'
  /** Still frozen under this query id: the ledger has it, and a late answer may yet spool it. */
  | 'frozen'
  /** In history, or lost with Redis' memory: the file is not needed. */
  | 'over';

/** How ranges of files of one owner stand. @throws Unavailable */
export async function readStandings(
  connection: RedisConnection,
  keys: Keys,
  ranges: readonly FrozenRange[],
  owner: string,
): Promise<SpoolStanding[]> {
  return Promise.all(
    ranges.map(async ({ partition, queryId }) => {
      const names = keys.partition(partition);
      // In this order: a range goes from frozen to spooled and never back, so that one that is found
      // in neither is in neither.
      const [frozen, spooled] = await Promise.all([
        connection.call('hget', [names.frozen, 'query']),
        connection.call('hget', [names.spooled, queryId]),
      ]);
      if (spooled !== null && String(spooled).endsWith(` ${owner}`)) return 'spooled';
      return frozen !== null && String(frozen) === queryId ? 'frozen' : 'over';
    }),
  );
}

/** How many records ranges hold together. */
export function recordsOf(ranges: readonly { first: number; last: number }[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** HGETALL comes as an object or as a flat list, as the connection likes it. */
function rangesOf(partition: number, reply: unknown): SpooledRange[] {
  const flat = Array.isArray(reply) ? reply : Object.entries(reply as object).flat();
  const ranges: SpooledRange[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [first = '', last = '', owner = ''] = String(flat[i + 1]).split(' ');
    const queryId = String(flat[i]);
    ranges.push({ partition, first: Number(first), last: Number(last), queryId, owner });
  }
  return ranges.sort((a, b) => a.first - b.first);
}
