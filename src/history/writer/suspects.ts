// Late writers. ClickHouse knows no fence: a worker that is paused between its look at the lease and
// its insert, or whose request hangs in the network, may write a range after another worker has read
// it back, written and marked it. What it wrote is found and removed here, when the range is
//
//   - marked by another when the writer comes to mark it: the writer says so (due at once);
//   - of unknown outcome to a writer that has lost the lease, or that brings home a file: it says so
//     (due later, when its insert has been ended or can be seen, or was let go by whatever held it);
//   - taken over: whoever recovers a range, its own or another's, looks at it once more, later: the one
//     that froze it may wake up, write and be killed before it can say anything.
//
// What that leaves: a writer that sleeps for longer than the delay, writes, and is killed before it
// has told Redis. `verify` finds such rows, and `verify --repair` removes them.

import { readPositions } from '../../ledger/ledger-reader.ts';
import type { FrozenRange } from '../../ledger/ledger-scripts.ts';
import type { Leases } from '../../partitions/leases.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { readSpooled } from '../spool/spooled-ranges.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import { removeCopies } from './surplus.ts';
import type { Suspect, SuspectScripts } from './suspect-scripts.ts';

export interface SuspectsParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: HistorySink;
  readonly leases: Pick<Leases, 'fence' | 'holdsUnder'>;
  readonly scripts: SuspectScripts;
  /** How much later a range is looked at whose writer may still write, ms. */
  readonly delayMs: number;
  readonly metrics: Pick<HistoryMetrics, 'recovered'>;
  readonly log: HistoryLog;
}

/** Noted here while Redis is away; more are dropped, and are `verify`'s to find. */
const UNTOLD_MAX = 10_000;

export class Suspects {
  /** Not yet in Redis. */
  private untold: Suspect[] = [];

  constructor(private readonly parts: SuspectsParts) {}

  /** Notes ranges that may be written twice; `later` = their insert may still be on its way. */
  note(ranges: readonly FrozenRange[], when: 'now' | 'later'): void {
    // An embedded engine has one process at a time, and no insert outlives it.
    if (this.parts.sink.kind === 'embedded') return;
    const dueAtMs = Date.now() + (when === 'now' ? 0 : this.parts.delayMs);
    for (const { partition, first, last, queryId } of ranges) {
      if (this.untold.length >= UNTOLD_MAX) return;
      this.untold.push({ partition, first, last, queryId, dueAtMs });
    }
  }

  /**
   * Tells Redis what was noted, and looks at what is due in partitions that are held.
   * @throws Unavailable without Redis, Error without ClickHouse; nothing is forgotten then
   */
  async round(held: readonly number[]): Promise<void> {
    await this.tell();
    const due = (await this.parts.scripts.read(held))
      .flat()
      .filter(({ dueAtMs }) => dueAtMs <= Date.now());
    for (const suspect of due) await this.look(suspect);
  }

  /** @throws Unavailable */
  async tell(): Promise<void> {
    const { log, scripts } = this.parts;
    while (this.untold.length > 0) {
      const suspect = this.untold[0]!;
      const { kind } = await scripts.note(suspect);
      this.untold.shift();
      if (kind === 'full') log.error({ suspect }, 'too many suspect ranges: run verify --repair');
    }
  }

  private async look(suspect: Suspect): Promise<void> {
    const { connection, keys, leases, log, metrics, scripts, sink } = this.parts;
    const { partition, last, queryId } = suspect;
    const lease = { partition, fence: leases.fence(partition) };
    const [position] = await readPositions(connection, keys, [partition]);
    const [spooled] = await readSpooled(connection, keys, [partition]);
    // What is not in history yet is read back before it is: then nothing is there twice.
    const isHome = spooled!.every((range) => range.first > last || range.last < suspect.first);
    if (position!.marked < last || !isHome) return;
    await sink.ended(queryId);
    const mayRemove = () => leases.holdsUnder(lease);
    const removed = await removeCopies(sink, [suspect], mayRemove);
    if (!mayRemove()) return;
    if (removed > 0) {
      metrics.recovered(0, removed);
      log.warn({ ...suspect, removed }, 'a late writer had written rows twice: removed');
    }
    await scripts.clear(suspect);
  }
}
