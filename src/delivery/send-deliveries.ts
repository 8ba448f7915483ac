// The task that deliveries leave by: ten times a second it asks the outbox of each partition what is due,
// claims as much of each channel as there is room for, and begins to send it. It waits for none: what a
// channel has under way is that channel's matter alone (channel-line.ts). In between, a channel that has
// room again is served what it left, and no other channel is asked for it: it alone pays for its haste.
// What was claimed is due again after a minute, so whoever dies with it loses nothing.

import { Unavailable } from '../errors.ts';
import type { ChannelDefinition } from '../model/channel.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import type { Claimed, DeliveryScripts, SettleAnswer } from '../redis/delivery-scripts.ts';
import type { OutboxReads } from '../redis/outbox-reads.ts';
import { attemptDelivery, type DeliveryCore, faultOf, type Settled } from './attempt-delivery.ts';
import type { ChannelLine } from './channel-line.ts';
import type { ChannelLines } from './channel-lines.ts';
import type { OutboxNames } from './outbox-names.ts';
import { settleSurely } from './settle-surely.ts';

/** Between two looks while there is a channel. */
const POLL_MS = 100;
/** While there is none: what is left of one that there was. */
const IDLE_MS = 2_000;
const CLAIMED_MS = 60_000;
/** Partitions asked at once for one channel, at most. */
const AT_ONCE = 16;
/** Claimed of one partition in one call, where it has as many: calls cost, not what they bring. */
const SHARE = 8;
/** What could not be written for a full ledger is waited for; its partition sends nothing meanwhile. */
const HOLD_MS = 5_000;
/** How long a stop waits for what is under way. */
const STOP_MS = 5_000;

export interface SendDeliveriesParts {
  readonly scripts: Pick<DeliveryScripts, 'claim' | 'settle'>;
  readonly reads: Pick<OutboxReads, 'size' | 'due'>;
  readonly lines: ChannelLines;
  readonly names: OutboxNames;
  /** null = there is no catalog yet. */
  readonly core: () => DeliveryCore | null;
  /** How many a channel may be sent now, of so many that are due. @throws Unavailable */
  readonly rate: (
    channel: ChannelDefinition,
    most: number,
    nowMs: number,
  ) => Promise<{ readonly tokens: number; readonly waitMs: number }>;
  /** Told of what was settled, and how. */
  readonly onSettled: (settled: Settled, decidedAtMs: number, answer: SettleAnswer) => void;
  /** Told of a delivery that could not be seen to; it is due again by itself, or has failed once more. */
  readonly onFault: (deliveryId: string, error: unknown) => void;
}

/** What there was when all was looked at. */
interface Look {
  /** Partitions with something in their outbox. */
  readonly occupied: readonly number[];
  /** Channels that it may be of. */
  readonly names: readonly string[];
  /** Until when it will do, as performance.now() has it. */
  readonly untilMs: number;
}

export class SendDeliveries implements PartitionTask {
  readonly name = 'deliveries';
  readonly groups = 'together';
  readonly backoffMsMax = 1_000;
  private readonly underWay = new Set<Promise<void>>();
  /** Partitions that nothing is claimed of, until when, epoch ms. */
  private readonly held = new Map<number, number>();
  private roomMade: () => void = () => {};
  private isStopping = false;
  private turns = 0;
  /** null = it is time for another. */
  private look: Look | null = null;

  constructor(private readonly parts: SendDeliveriesParts) {}

  release(partitions: readonly number[]): void {
    this.parts.names.release(partitions);
    for (const partition of partitions) this.held.delete(partition);
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return this.stop();
    const core = this.parts.core();
    if (core === null) return IDLE_MS;
    const startedAtMs = performance.now();
    const nowMs = core.nowMs();
    const { channels } = core.catalogs.current().deliveries;
    const room = new Promise<true>((resolve) => {
      this.roomMade = () => resolve(true);
    });
    const last = this.look;
    this.look = null;
    const look = last ?? (await this.lookAtAll(partitions, channels, startedAtMs, nowMs));
    const { lines } = this.parts;
    const names = last === null ? look.names : look.names.filter((name) => lines.of(name).isFull);
    const occupied = this.inTurn(look.occupied, partitions, nowMs);
    const waits = await Promise.all(
      names.map((name) => this.serve(core, name, channels.get(name) ?? null, occupied, nowMs)),
    );
    if (look.names.length === 0) return occupied.length > 0 ? POLL_MS : IDLE_MS;
    const untilMs = Math.min(look.untilMs, ...waits.map((ms) => startedAtMs + ms));
    const hasRoom = await soonerOf(room, Math.max(1, untilMs - performance.now()));
    if (hasRoom && performance.now() < untilMs) this.look = { ...look, untilMs };
    return 'again';
  }

  private async lookAtAll(
    partitions: readonly number[],
    channels: ReadonlyMap<string, ChannelDefinition>,
    startedAtMs: number,
    nowMs: number,
  ): Promise<Look> {
    const counts = await mostOf(partitions, (p) => this.parts.reads.size(p));
    const occupied = partitions.filter((_, i) => counts[i]! > 0);
    const names = await this.parts.names.of(channels, occupied, nowMs);
    return { occupied, names, untilMs: startedAtMs + POLL_MS };
  }

  /** Those that may be claimed of, from another one first each time: all get their turn. */
  private inTurn(
    occupied: readonly number[],
    partitions: readonly number[],
    nowMs: number,
  ): readonly number[] {
    const own = new Set(partitions);
    const free = occupied.filter((p) => own.has(p) && (this.held.get(p) ?? 0) <= nowMs);
    const first = free.length === 0 ? 0 : this.turns++ % free.length;
    return [...free.slice(first), ...free.slice(0, first)];
  }

  /** @returns after how long to come again at the latest, ms */
  private async serve(
    core: DeliveryCore,
    name: string,
    channel: ChannelDefinition | null,
    occupied: readonly number[],
    nowMs: number,
  ): Promise<number> {
    const line = this.parts.lines.of(name);
    let room = line.room(nowMs);
    line.isFull = room === 0;
    if (room === 0 || occupied.length === 0) return POLL_MS;
    let asked = occupied;
    if (channel !== null && channel.kind !== 'stream' && channel.rate !== null) {
      const due = await mostOf(asked, (p) => this.parts.reads.due(p, name, nowMs));
      asked = asked.filter((_, i) => due[i]! > 0);
      if (asked.length === 0) return POLL_MS;
      const most = due.reduce((sum, count) => sum + count, 0);
      const { tokens, waitMs } = await this.parts.rate(channel, Math.min(room, most), nowMs);
      if (tokens === 0) return waitMs;
      room = Math.min(room, tokens);
    }
    // Few at first, many of each; where they have not as many, more of them at once.
    let atOnce = Math.ceil(room / SHARE);
    for (let at = 0; at < asked.length && room > 0; atOnce = Math.min(atOnce * 2, AT_ONCE)) {
      const some = asked.slice(at, at + Math.min(atOnce, room));
      const share = Math.floor(room / some.length);
      const begun = await mostOf(some, (p) => this.claim(core, line, p, share, nowMs));
      room -= begun.reduce((sum, count) => sum + count, 0);
      at += some.length;
      // Of a partition that gave its whole share there may be more.
      if (begun.some((count) => count === share)) line.isFull = true;
    }
    return POLL_MS;
  }

  /** @returns how many were begun */
  private async claim(
    core: DeliveryCore,
    line: ChannelLine,
    partition: number,
    most: number,
    nowMs: number,
  ): Promise<number> {
    const { scripts } = this.parts;
    const againAtMs = nowMs + CLAIMED_MS;
    const claimed = await scripts.claim(partition, line.name, nowMs, most, againAtMs);
    let begun = 0;
    for (const one of claimed) {
      // What became of it is still being written.
      if (line.inFlight.has(one.deliveryId)) continue;
      if (begun++ === 0) line.breaker.begun(nowMs);
      line.usedAtMs = nowMs;
      const running = this.run(core, line, partition, one).finally(() => {
        this.underWay.delete(running);
      });
      this.underWay.add(running);
    }
    return begun;
  }

  /** Never rejects. */
  private async run(
    core: DeliveryCore,
    line: ChannelLine,
    partition: number,
    claimed: Claimed,
  ): Promise<void> {
    const { scripts, onSettled, onFault } = this.parts;
    const { deliveryId, entry } = claimed;
    line.inFlight.add(deliveryId);
    try {
      const settled = await attemptDelivery(core, line, partition, claimed).catch((error) => {
        if (error instanceof Unavailable) throw error;
        onFault(deliveryId, error);
        return faultOf(core, line.name, partition, claimed);
      });
      const hold = () => this.held.set(partition, core.nowMs() + HOLD_MS);
      const answer = await settleSurely(scripts, settled, hold, () => this.isStopping);
      if (answer !== null) onSettled(settled, entry.decidedAtMs, answer);
    } catch (error) {
      onFault(deliveryId, error);
    } finally {
      line.inFlight.delete(deliveryId);
      if (line.isFull && line.room(core.nowMs()) > 0) this.roomMade();
    }
  }

  /** What is not done by then is due again by itself. */
  private async stop(): Promise<Next> {
    this.isStopping = true;
    await soonerOf(Promise.all(this.underWay), STOP_MS);
    return 'done';
  }
}

/**
 * Numbers of partitions; 0 of one that is away while others answer: a part of a Cluster stops no other.
 * @throws Unavailable when none answers
 */
async function mostOf(
  partitions: readonly number[],
  ask: (partition: number) => Promise<number>,
): Promise<readonly number[]> {
  const answers = await Promise.allSettled(partitions.map(ask));
  let away: unknown = null;
  const numbers = answers.map((answer) => {
    if (answer.status === 'fulfilled') return answer.value;
    if (!(answer.reason instanceof Unavailable)) throw answer.reason;
    away = answer.reason;
    return 0;
  });
  if (away !== null && answers.every(({ status }) => status === 'rejected')) throw away;
  return numbers;
}

/** Waits for something, but not for ever. @returns what it brought; undefined = it took too long */
async function soonerOf<T>(what: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  const came = await Promise.race([what, late]);
  clearTimeout(timer);
  return came;
}
