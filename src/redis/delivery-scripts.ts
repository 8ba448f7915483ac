// The outbox in Redis, for whoever sends: what is due is claimed (claim-deliveries.lua), and what became
// of it is settled (settle-delivery.lua).

import { type OutboxEntry, outboxText, readOutboxText } from '../model/delivery.ts';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

/** A delivery that was taken to be sent. */
export interface Claimed {
  readonly deliveryId: string;
  readonly entry: OutboxEntry;
}

export interface Settling {
  readonly partition: number;
  readonly channel: string;
  readonly deliveryId: string;
  /** As in the entry that was claimed. */
  readonly attempts: number;
  /** null = it is over. */
  readonly entry: OutboxEntry | null;
  /** Epoch ms; null = not any more. */
  readonly dueAtMs: number | null;
  /** Epoch ms; null = it is not failing. */
  readonly failedAtMs: number | null;
  /** As writeDelivery() wrote it; null = there is nothing to say. */
  readonly record: string | null;
}

const ANSWERS = ['settled', 'changed', 'ledger_full', 'torn'] as const;
export type SettleAnswer = (typeof ANSWERS)[number];

export class DeliveryScripts {
  private readonly claiming: Script = loadScript('claim-deliveries');
  private readonly settling: Script = loadScript('settle-delivery');

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly ledgerMax: number,
  ) {
    this.claiming.loadInto(connection);
    this.settling.loadInto(connection);
  }

  /**
   * @param most 256 at most
   * @param againAtMs when it is due again if nobody settles it, epoch ms
   * @throws Unavailable
   */
  async claim(
    partition: number,
    channel: string,
    nowMs: number,
    most: number,
    againAtMs: number,
  ): Promise<readonly Claimed[]> {
    const due = this.keys.dueDeliveries(partition, channel);
    const { outbox } = this.keys.partition(partition);
    const args = [String(nowMs), String(most), String(againAtMs)];
    const answer = await this.claiming.run(this.connection, [due, outbox], args);
    const [, ...flat] = answer as readonly [number, ...Buffer[]];
    const claimed: Claimed[] = [];
    for (let i = 0; i < flat.length; i += 2) {
      const entry = readOutboxText(flat[i + 1]!.toString());
      if (entry !== null) claimed.push({ deliveryId: flat[i]!.toString(), entry });
    }
    return claimed;
  }

  /** @throws Unavailable when Redis is away, late or full */
  async settle(settling: Settling): Promise<SettleAnswer> {
    const { partition, channel, deliveryId, attempts, entry, record } = settling;
    const { outbox, failing, ledger, position, marked } = this.keys.partition(partition);
    const due = this.keys.dueDeliveries(partition, channel);
    const answer = await this.settling.run(
      this.connection,
      [outbox, due, failing, ledger, position, marked],
      [
        ...[deliveryId, String(attempts), entry === null ? '' : outboxText(entry)],
        ...[text(settling.dueAtMs), text(settling.failedAtMs)],
        ...[String(this.ledgerMax), record ?? ''],
      ],
    );
    await this.connection.replicated(position);
    return ANSWERS.find((kind) => answer === this.settling.status(kind))!;
  }
}

function text(atMs: number | null): string {
  return atMs === null ? '' : String(atMs);
}
