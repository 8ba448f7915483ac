// One delivery that was claimed: prepared for the customer as it is now, handed over, and settled. What is
// settled says what became of it: outbox and ledger, or neither.

import { type DeliveryAttempt, writeDelivery } from '../ledger/delivery-record.ts';
import type { ChannelDefinition } from '../model/channel.ts';
import type { OutboxEntry, Prepared } from '../model/delivery.ts';
import type { CatalogSource, CatalogVersion, StoredState } from '../pipeline.ts';
import type { Claimed, Settling } from '../redis/delivery-scripts.ts';
import { type Attempt, failed } from './attempt.ts';
import type { ChannelLine } from './channel-line.ts';
import { nextAttemptMs } from './retry-schedule.ts';

/** What a delivery is prepared with; a worker has it once there is a catalog. */
export interface DeliveryCore {
  readonly customers: {
    /** Past what is cached: consent may have been taken back elsewhere. @throws Unavailable */
    findFresh(name: string): Promise<StoredState>;
  };
  readonly catalogs: CatalogSource;
  nowMs(): number;
}

export type Settled = Settling & {
  /** null = nothing is said of it: it was put off. */
  readonly said: DeliveryAttempt | null;
};

/** @returns what is to be settled @throws Unavailable, or what is wrong with us: nothing was sent */
export async function attemptDelivery(
  core: DeliveryCore,
  line: ChannelLine,
  partition: number,
  { deliveryId, entry }: Claimed,
): Promise<Settled> {
  const { attempts, failure = null } = entry;
  const settled = { partition, channel: line.name, deliveryId, attempts };
  const ended = (said: Pick<DeliveryAttempt, 'status' | 'reason' | 'attempt'>): Settled => {
    const whole = { ...said, atMs: core.nowMs(), nextAtMs: null };
    const over = { entry: null, dueAtMs: null, failedAtMs: null };
    return { ...settled, ...over, record: writeDelivery(entry, whole), said: whole };
  };

  const { state } = await core.customers.findFresh(entry.customerId);
  const version = await core.catalogs.atLeast(state.publication);
  const channel = version.deliveries.channels.get(line.name);
  // Nobody came for it in time.
  if (channel?.kind === 'stream') return ended({ status: 'expired', reason: '', attempt: 0 });
  const prepared = version.deliveries.prepare(state, entry, core.nowMs());
  if (prepared.kind === 'over') {
    return ended({ status: 'expired', reason: 'offer_over', attempt: 0 });
  }
  if (prepared.kind === 'suppressed') {
    return ended({ status: 'suppressed', reason: prepared.reason, attempt: 0 });
  }
  if (prepared.kind === 'later') {
    const failedAtMs = failure?.atMs ?? null;
    return { ...settled, entry, dueAtMs: prepared.atMs, failedAtMs, record: null, said: null };
  }
  const attempt = await handOver(version, line, channel!, deliveryId, prepared, core.nowMs());
  const atMs = core.nowMs();
  line.note(attempt, atMs);
  if (attempt.kind === 'sent') return ended({ status: 'sent', reason: '', attempt: attempts + 1 });
  return { ...settled, ...failureOf(deliveryId, entry, attempt, atMs) };
}

function handOver(
  version: CatalogVersion,
  line: ChannelLine,
  channel: Exclude<ChannelDefinition, { kind: 'stream' }>,
  deliveryId: string,
  { message }: Extract<Prepared, { kind: 'message' }>,
  nowMs: number,
): Promise<Attempt> {
  if (channel.kind === 'smtp') return line.mails().send(channel, deliveryId, message);
  const accepts = version.deliveries.accepts.bind(version.deliveries);
  return line.webhooks().send(channel, deliveryId, message, nowMs, accepts);
}

/**
 * It could not be made ready, for a fault of ours or a state that cannot be read: a failed attempt like
 * another, so that it is not tried for ever.
 */
export function faultOf(
  core: Pick<DeliveryCore, 'nowMs'>,
  channel: string,
  partition: number,
  { deliveryId, entry }: Claimed,
): Settled {
  const settled = { partition, channel, deliveryId, attempts: entry.attempts };
  return { ...settled, ...failureOf(deliveryId, entry, failed('fault'), core.nowMs()) };
}

/** It stays in the outbox: until it is due again, or, given up, for somebody to try it by hand. */
function failureOf(
  deliveryId: string,
  before: OutboxEntry,
  attempt: Exclude<Attempt, { kind: 'sent' }>,
  atMs: number,
): Pick<Settled, 'entry' | 'dueAtMs' | 'failedAtMs' | 'record' | 'said'> {
  const { reason } = attempt;
  const attempts = before.attempts + 1;
  const nextAtMs =
    attempt.kind === 'final'
      ? null
      : nextAttemptMs(deliveryId, attempts, before.decidedAtMs, atMs, attempt.retryAfterMs);
  const said = { status: 'failed', reason, attempt: attempts, atMs, nextAtMs } as const;
  return {
    entry: { ...before, attempts, failure: { reason, atMs, nextAtMs } },
    dueAtMs: nextAtMs,
    failedAtMs: atMs,
    record: writeDelivery(before, said),
    said,
  };
}
