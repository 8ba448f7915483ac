// Which definitions of time all customers of a partition have been visited for: a set of ids beside the
// partition, with the publication up to which that is known to hold. Whoever came while a catalog was in
// force that lacked a definition has not been visited for it, so that one which comes back counts as new;
// and so does every one where publications went by of which nobody here knows what was in them.

import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';

/** What of the catalog in force a visit is about. */
export interface InForce {
  readonly publication: number;
  readonly visitIds: readonly string[];
}

/** Before the publication, among ids, which are hex. */
const AS_OF = '@';

interface Visited {
  readonly publication: number;
  readonly ids: ReadonlySet<string>;
}

export class VisitedIds {
  /** Of the partitions held here, as far as is known. */
  private readonly known = new Map<number, Visited>();

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
  ) {}

  forget(partitions: readonly number[]): void {
    for (const partition of partitions) this.known.delete(partition);
  }

  /**
   * Partitions with customers who have not been visited for a definition of the catalog in force. Has to
   * be asked under every catalog: what one that was not seen lacked is not known.
   */
  async wanting(partitions: readonly number[], inForce: InForce): Promise<Set<number>> {
    const wanting = new Set<number>();
    await Promise.all(
      partitions.map(async (partition) => {
        const { ids } = await this.asOf(partition, inForce);
        if (!inForce.visitIds.every((id) => ids.has(id))) wanting.add(partition);
      }),
    );
    return wanting;
  }

  /** All customers of a partition have been visited for these, under every catalog up to a publication. */
  async note(partition: number, publication: number, ids: ReadonlySet<string>): Promise<void> {
    const { swept } = this.keys.partition(partition);
    await this.connection.call('sadd', [swept, ...ids, AS_OF + publication]);
    this.known.set(partition, { publication, ids });
  }

  private async asOf(partition: number, { publication, visitIds }: InForce): Promise<Visited> {
    const known = this.known.get(partition);
    if (known?.publication === publication) return known;
    const { swept } = this.keys.partition(partition);
    const members = ((await this.connection.call('smembers', [swept])) as Buffer[]).map(String);
    const stamps = members.filter((member) => member.startsWith(AS_OF));
    const missed = stamps.map((stamp) => publication - 1 - Number(stamp.slice(AS_OF.length)));
    // What was noted without a stamp, before there were any, is believed.
    const isFollowed = missed.every((count) => count <= 0);
    const ids = new Set(isFollowed ? visitIds.filter((id) => members.includes(id)) : []);
    const next = ids.size === 0 ? [] : [...ids, AS_OF + publication];
    const gone = members.filter((member) => !next.includes(member));
    // With two stamps, if this ends in between, the earlier counts.
    if (next.some((member) => !members.includes(member)))
      await this.connection.call('sadd', [swept, ...next]);
    if (gone.length > 0) await this.connection.call('srem', [swept, ...gone]);
    const visited = { publication, ids };
    this.known.set(partition, visited);
    return visited;
  }
}
