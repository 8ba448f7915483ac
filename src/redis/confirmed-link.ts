// A link whose sent commands are answered only when enough replicas have what they wrote (hot path
// where PROFFER_REDIS_REPLICAS is not 0).
//
// One WAIT at the end of a turn's write stands for all of its commands. While it is on its way no
// other is sent: a server answers nothing else to a connection that waits, so the commands of the
// turns meanwhile would each wait for the one before. They share the next WAIT, and with a replica
// that hangs nobody waits longer than for two.
//
// Where replicas are only waited for, those that did not confirm in time, or are not there at all, are
// hardly waited for during the next while: else whoever sends one command after the other would wait
// for each of them, and a node without replicas would cost history seconds with every round.

import { Unavailable } from '../errors.ts';
import { keySlot } from './key-slot.ts';
import { type LinkSettings, NodeLink } from './node-link.ts';
import type { RedisConnection } from './redis-connection.ts';
import { commandHead } from './resp-writer.ts';

/** What a WAIT must say. */
export interface Confirmation {
  readonly replicas: number;
  /** Whether fewer are a fault; else they were only waited for. */
  readonly required: boolean;
}

/** Of the deadline, how much one WAIT may take: two of them leave room for the rest. */
const PART_OF_DEADLINE = 4;
/** What a WAIT may take after one that was in vain, where it is not required; a replica that is well
 * answers within a few, ms. */
const HASTY_MS = 50;
/** How long it stays so, unless replicas confirm; ms. */
const HASTE_LASTS_MS = 30_000;
/** How long writes that were not confirmed are held against a node that nobody writes to; ms. */
const DOUBT_LASTS_MS = 30_000;

interface Held {
  reply: unknown;
  failed: boolean;
  readonly onReply: (reply: unknown) => void;
  readonly onFault: (error: unknown) => void;
}

export class ConfirmedLink extends NodeLink {
  /** Sent since the last WAIT was. */
  private open: Held[] = [];
  private isWaiting = false;
  private hastyUntilMs = 0;
  private doubtedUntilMs = 0;
  private readonly waitArgs: readonly [replicas: string, timeoutMs: string];
  private readonly hastyArgs: readonly [replicas: string, timeoutMs: string];

  constructor(
    settings: LinkSettings,
    private readonly confirmation: Confirmation,
  ) {
    super(settings);
    const timeoutMs = Math.max(1, Math.floor(settings.deadlineMs / PART_OF_DEADLINE));
    this.waitArgs = [String(confirmation.replicas), String(timeoutMs)];
    this.hastyArgs = [String(confirmation.replicas), String(Math.min(HASTY_MS, timeoutMs))];
  }

  override get isConfirmed(): boolean {
    return performance.now() >= this.doubtedUntilMs;
  }

  override send(
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void {
    const held: Held = { reply: undefined, failed: false, onReply, onFault };
    this.open.push(held);
    super.send(
      name,
      bytes,
      (reply) => {
        held.reply = reply;
      },
      (error) => {
        held.failed = true;
        onFault(error);
      },
    );
    // It failed at once: there is no link, and nothing that would take it from the list.
    if (held.failed) this.open.pop();
  }

  protected override beforeWrite(): void {
    if (this.isWaiting || this.open.length === 0) return;
    this.isWaiting = true;
    const covered = this.open;
    this.open = [];
    const isHasty = performance.now() < this.hastyUntilMs;
    this.call('wait', isHasty ? this.hastyArgs : this.waitArgs).then(
      (count) => this.settle(covered, count as number, isHasty),
      (error) => this.fail(covered, error),
    );
  }

  private settle(covered: readonly Held[], count: number, wasHasty: boolean): void {
    const { replicas, required } = this.confirmation;
    if (count < replicas) {
      if (required) {
        this.doubtedUntilMs = performance.now() + DOUBT_LASTS_MS;
        this.fail(covered, new Error(`${count} of ${replicas} replicas confirmed`));
        return;
      }
      if (!wasHasty) this.hastyUntilMs = performance.now() + HASTE_LASTS_MS;
    } else {
      this.hastyUntilMs = 0;
      this.doubtedUntilMs = 0;
    }
    this.isWaiting = false;
    // Replies come in order: all of them are there.
    for (const { failed, onReply, reply } of covered) if (!failed) onReply(reply);
    this.beforeWrite();
  }

  /** The commands were run, and may be gone tomorrow: their outcome is unknown. */
  private fail(covered: readonly Held[], cause: unknown): void {
    this.isWaiting = false;
    const error = new Unavailable('store_unavailable', 1, { cause });
    for (const { failed, onFault } of covered) if (!failed) onFault(error);
    this.beforeWrite();
  }
}

/** A link that confirms what it sends, or one that does not. */
export function openLink(settings: LinkSettings, confirmation: Confirmation | null): NodeLink {
  return confirmation === null ? new NodeLink(settings) : new ConfirmedLink(settings, confirmation);
}

/** Sends the least that a node answers where a key is: what it had executed before is confirmed by it. */
export function confirmThrough(
  connection: Pick<RedisConnection, 'send'>,
  key: string,
): Promise<void> {
  const bytes = commandHead(2, ['exists', key]);
  return new Promise((resolve, reject) => {
    connection.send(keySlot(key), 'exists', bytes, () => resolve(), reject);
  });
}
