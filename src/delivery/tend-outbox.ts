// Keeps the outbox within its bounds, and knows how much is in it, for who asks: of the partitions held
// here, looked at every few seconds. Of too many that wait the oldest are given up, with a row that says
// so. What was given up waits for somebody to try it again, for a week and up to a number.

import { Unavailable } from '../errors.ts';
import { writeDelivery } from '../ledger/delivery-record.ts';
import type { OutboxEntry } from '../model/delivery.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import type { DeliveryScripts } from '../redis/delivery-scripts.ts';
import type { OutboxReads } from '../redis/outbox-reads.ts';
import type { Settled } from './attempt-delivery.ts';

const LOOK_MS = 5_000;
/** Taken out of one partition in one look. */
const OUT_MAX = 1_000;
const GIVEN_UP_MAX = 10_000;
const GIVEN_UP_MS = 7 * 86_400_000;

export interface TendOutboxParts {
  readonly scripts: Pick<DeliveryScripts, 'settle'>;
  readonly reads: OutboxReads;
  /** Names of the channels that there may be deliveries of. */
  readonly names: () => readonly string[];
  /** null = there is no catalog yet. */
  readonly core: () => { nowMs(): number } | null;
  /** Deliveries that may wait in a partition. */
  readonly waitingMax: number;
  /** Told of one that was given up because too many waited. */
  readonly onFull: (settled: Pick<Settled, 'channel' | 'said'>, decidedAtMs: number) => void;
}

interface Seen {
  readonly waiting: number;
  /** Epoch ms; Infinity = none is due. */
  readonly oldestMs: number;
}

const EMPTY: Seen = { waiting: 0, oldestMs: Number.POSITIVE_INFINITY };

export class TendOutbox implements PartitionTask {
  readonly name = 'outbox';
  readonly groups = 'together';
  private readonly seen = new Map<number, Seen>();
  private nowMs = 0;

  constructor(private readonly parts: TendOutboxParts) {}

  /** Deliveries that wait to be sent, or of streams to be taken. */
  get pending(): number {
    let sum = 0;
    for (const { waiting } of this.seen.values()) sum += waiting;
    return sum;
  }

  /** How long the oldest of what is due has been so, ms; 0 = nothing is. */
  get ageMs(): number {
    let oldestMs = this.nowMs;
    for (const seen of this.seen.values()) oldestMs = Math.min(oldestMs, seen.oldestMs);
    return this.nowMs - oldestMs;
  }

  release(partitions: readonly number[]): void {
    for (const partition of partitions) this.seen.delete(partition);
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const core = this.parts.core();
    if (core === null) return LOOK_MS;
    const nowMs = core.nowMs();
    const seen = await Promise.all(
      partitions.map((partition) =>
        this.look(partition, nowMs).catch((error) => {
          // A part of a Cluster that is away: what was known of it is.
          if (!(error instanceof Unavailable)) throw error;
          return this.seen.get(partition) ?? EMPTY;
        }),
      ),
    );
    // Some may have gone meanwhile; another worker counts them.
    this.seen.clear();
    for (const [i, partition] of partitions.entries()) this.seen.set(partition, seen[i]!);
    this.nowMs = nowMs;
    return LOOK_MS;
  }

  private async look(partition: number, nowMs: number): Promise<Seen> {
    const { reads, names, waitingMax } = this.parts;
    const size = await reads.size(partition);
    if (size === 0) return EMPTY;
    const ofChannels = await Promise.all(
      names().map(async (name) => {
        const [count, [first]] = await Promise.all([
          reads.waiting(partition, name),
          reads.ofChannel(partition, name, 'first', 1),
        ]);
        return { count, firstMs: first?.atMs ?? Number.POSITIVE_INFINITY };
      }),
    );
    const waiting = ofChannels.reduce((sum, { count }) => sum + count, 0);
    if (waiting > waitingMax) await this.giveUpOldest(partition, waiting - waitingMax, nowMs);
    await this.forget(partition, size - waiting - GIVEN_UP_MAX, nowMs);
    return { waiting, oldestMs: Math.min(...ofChannels.map(({ firstMs }) => firstMs)) };
  }

  private async giveUpOldest(partition: number, excess: number, nowMs: number): Promise<void> {
    const { reads, names } = this.parts;
    const most = Math.min(excess, OUT_MAX);
    // What fails is due later than what is new, and yet may be older.
    const found = await Promise.all([
      ...names().map((name) => reads.ofChannel(partition, name, 'first', most)),
      reads.failing(partition, 'first', most),
    ]);
    const ids = [...new Set(found.flat().map(({ deliveryId }) => deliveryId))];
    const entries = await reads.entries(partition, ids);
    const waiting = entries
      .filter((entry) => entry !== null && entry.failure?.nextAtMs !== null)
      .sort((a, b) => a!.decidedAtMs - b!.decidedAtMs);
    for (const entry of waiting.slice(0, most)) await this.giveUp(partition, entry!, nowMs);
  }

  private async giveUp(partition: number, entry: OutboxEntry, atMs: number): Promise<void> {
    const { channel } = entry.decision.delivery;
    const status = 'failed';
    const said = { status, reason: 'outbox_full', attempt: 0, atMs, nextAtMs: null } as const;
    const answer = await this.takeOut(partition, entry, writeDelivery(entry, said));
    if (answer === 'settled') this.parts.onFull({ channel, said }, entry.decidedAtMs);
  }

  /** Of what was given up, what is too old, or too many. @param excess how many are too many */
  private async forget(partition: number, excess: number, nowMs: number): Promise<void> {
    const { reads } = this.parts;
    const first = await reads.failing(partition, 'first', excess > 0 ? OUT_MAX : 100);
    const entries = await reads.entries(
      partition,
      first.map(({ deliveryId }) => deliveryId),
    );
    let tooMany = excess;
    for (const [i, entry] of entries.entries()) {
      const { deliveryId, atMs } = first[i]!;
      if (entry === null) await reads.notFailing(partition, deliveryId);
      else if (entry.failure?.nextAtMs === null) {
        if (tooMany <= 0 && nowMs - atMs <= GIVEN_UP_MS) return;
        tooMany--;
        await this.takeOut(partition, entry, null);
      }
    }
  }

  private takeOut(partition: number, entry: OutboxEntry, record: string | null) {
    const { deliveryId, channel } = entry.decision.delivery;
    return this.parts.scripts.settle({
      ...{ partition, channel, deliveryId, attempts: entry.attempts },
      ...{ entry: null, dueAtMs: null, failedAtMs: null, record },
    });
  }
}
