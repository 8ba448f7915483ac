// Which channels the outbox may hold deliveries of: those of the catalog, those that a catalog had while
// this worker ran, and, of partitions that it took over, whatever is found in them: looked through once,
// a page at a time. What is of a channel that is gone has to end, too.

import type { OutboxReads } from '../redis/outbox-reads.ts';

/** Partitions looked into in one round, a page each. */
const PAGES = 2;
/** A channel that is gone, and that nothing came of for so long, is forgotten. */
const FORGOTTEN_AFTER_MS = 600_000;
const NAMES_MAX = 256;

export interface OutboxNamesParts {
  readonly reads: Pick<OutboxReads, 'channelsIn'>;
  /** When a channel was last of use, epoch ms. */
  readonly usedAtMs: (name: string) => number;
  readonly onForgotten: (name: string) => void;
}

export class OutboxNames {
  /** Name → since when it is gone, epoch ms; 0 = it is in the catalog. */
  private readonly names = new Map<string, number>();
  /** Partition → where to go on; '' = it has been looked through. */
  private readonly cursors = new Map<number, string>();

  constructor(private readonly parts: OutboxNamesParts) {}

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.cursors.delete(partition);
  }

  /** @param occupied partitions with something in their outbox @throws Unavailable */
  async of(
    channels: ReadonlyMap<string, unknown>,
    occupied: readonly number[],
    nowMs: number,
  ): Promise<readonly string[]> {
    const fresh = occupied.filter((p) => this.cursors.get(p) !== '').slice(0, PAGES);
    await Promise.all(fresh.map((partition) => this.look(partition, nowMs)));
    for (const name of channels.keys()) this.names.set(name, 0);
    for (const [name, goneAtMs] of this.names) {
      if (channels.has(name)) continue;
      if (goneAtMs === 0) this.names.set(name, nowMs);
      else if (nowMs - Math.max(goneAtMs, this.parts.usedAtMs(name)) > FORGOTTEN_AFTER_MS) {
        this.names.delete(name);
        this.parts.onForgotten(name);
      }
    }
    return this.known;
  }

  /** As `of` last answered. */
  get known(): readonly string[] {
    return [...this.names.keys()];
  }

  private async look(partition: number, nowMs: number): Promise<void> {
    const from = this.cursors.get(partition) ?? '0';
    const { cursor, channels } = await this.parts.reads.channelsIn(partition, from);
    this.cursors.set(partition, cursor === '0' ? '' : cursor);
    for (const name of channels) {
      if (!this.names.has(name) && this.names.size < NAMES_MAX) this.names.set(name, nowMs);
    }
  }
}
