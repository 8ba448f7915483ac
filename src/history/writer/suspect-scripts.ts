// Typed bindings of the scripts that keep which ranges may be in history twice.

import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import { loadScript } from '../../redis/script.ts';

/** A range that has to be looked at. */
export interface Suspect extends FrozenRange {
  /** Not before this time, epoch ms. */
  readonly dueAtMs: number;
}

/** Every method throws `Unavailable` when Redis does not answer. */
export interface SuspectScripts {
  note(suspect: Suspect): Promise<{ readonly kind: 'noted' | 'full' }>;
  /** As read before; one that was noted again since stays. */
  clear(suspect: Suspect): Promise<{ readonly kind: 'cleared' | 'changed' }>;
  /** Of each partition. */
  read(partitions: readonly number[]): Promise<Suspect[][]>;
}

/** Suspects of one partition: each is a takeover or an insert without an answer, and those are rare. */
export const SUSPECTS_MAX = 1_000;

/** Binds the scripts to a connection. */
export function bindSuspects(connection: RedisConnection, keys: Keys): SuspectScripts {
  const note = loadScript('suspect-ledger');
  const clear = loadScript('clear-suspect');
  for (const script of [note, clear]) script.loadInto(connection);
  return {
    async note(suspect) {
      const { partition, queryId } = suspect;
      const args = [queryId, entryOf(suspect), String(SUSPECTS_MAX)];
      const answer = await note.run(connection, [keys.partition(partition).suspects], args);
      const [status] = answer as [number];
      return { kind: status === note.status('noted') ? 'noted' : 'full' };
    },
    async clear(suspect) {
      const { suspects } = keys.partition(suspect.partition);
      const args = [suspect.queryId, entryOf(suspect)];
      const [status] = (await clear.run(connection, [suspects], args)) as [number];
      return { kind: status === clear.status('cleared') ? 'cleared' : 'changed' };
    },
    async read(partitions) {
      const replies = await Promise.all(
        partitions.map((p) => connection.call('hgetall', [keys.partition(p).suspects])),
      );
      return partitions.map((partition, i) => suspectsOf(partition, replies[i]));
    },
  };
}

function entryOf({ first, last, dueAtMs }: Suspect): string {
  return `${first} ${last} ${dueAtMs}`;
}

function suspectsOf(partition: number, reply: unknown): Suspect[] {
  const flat = Array.isArray(reply) ? reply : Object.entries(reply as object).flat();
  const suspects: Suspect[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [first = 0, last = 0, dueAtMs = 0] = String(flat[i + 1])
      .split(' ')
      .map(Number);
    suspects.push({ partition, first, last, queryId: String(flat[i]), dueAtMs });
  }
  return suspects;
}
