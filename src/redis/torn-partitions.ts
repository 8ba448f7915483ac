// Partitions whose position lies behind what is marked, or whose mark is gone: a part of their keys was
// lost, as when the master of a slot that is half moved dies (Redis does not carry the move to the
// replica). Counted on, they would give new records numbers that history takes for its own.
//
// They stand still, and say so, until they are whole: what was lost is most often on the node that the
// slot was on its way to, and comes home with Redis' own tool. Rejected: raising the position here at
// once. The partition would go on some seconds earlier, without the records and the states that lie
// there, and with keys that are in the way of those.

import { Unavailable } from '../errors.ts';

/** A caller cannot mend it, only come again; s. */
const RETRY_S = 5;
/** Between two lines about the same partition, ms. */
const SAID_EVERY_MS = 60_000;

export interface TornLog {
  error(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

export class TornPartitions {
  /** Partition → when that was last said. */
  private readonly saidAtMs = new Map<number, number>();

  constructor(private readonly log: TornLog) {}

  has(partition: number): boolean {
    return this.saidAtMs.has(partition);
  }

  /** A script refused the partition. */
  found(partition: number): void {
    const nowMs = performance.now();
    if (nowMs - (this.saidAtMs.get(partition) ?? Number.NEGATIVE_INFINITY) < SAID_EVERY_MS) return;
    this.saidAtMs.set(partition, nowMs);
    this.log.error({ partition }, tornText(partition));
  }

  /** A script took it. */
  whole(partition: number): void {
    if (!this.saidAtMs.delete(partition)) return;
    this.log.info({ partition }, `partition ${partition} is whole again`);
  }
}

/** What a caller gets: 503, and nothing was written. */
export function tornUnavailable(partition: number): Unavailable {
  return new Unavailable('store_unavailable', RETRY_S, { cause: new Error(tornText(partition)) });
}

function tornText(partition: number): string {
  return (
    `partition ${partition} is torn: its position in Redis lies behind what history has, or its mark ` +
    'is gone, so nothing of it is taken until it is mended: see "A torn partition" in docs/operations.md'
  );
}
