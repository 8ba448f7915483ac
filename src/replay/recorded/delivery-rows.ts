// What became of a decision that left beside its answer, from history.

import type { AskHistory } from './ask-history.ts';

/** One attempt; times are epoch ms. */
export interface DeliveryRow {
  readonly channel: string;
  readonly status: string;
  readonly reason: string;
  readonly attempt: number;
  readonly at: number;
  /** null = it was the last. */
  readonly next: number | null;
}

/** A decision's way out; null = it was for whoever asked alone. */
export interface DeliveryTold {
  readonly channel: string;
  /** In their order; none = it is on its way. */
  readonly attempts: readonly DeliveryRow[];
}

/** @throws Error when history does not answer */
export async function deliveryOf(
  ask: AskHistory,
  decisionId: string,
): Promise<DeliveryTold | null> {
  const id = { id: decisionId };
  const [decided] = await ask<{ channel: string }>(
    'SELECT delivery_channel AS channel FROM decisions WHERE decision_id = {id:String} LIMIT 1',
    id,
  );
  if (decided === undefined || decided.channel === '') return null;
  const rows = await ask<{ [name in keyof DeliveryRow]: string | number | null }>(
    `SELECT channel, status, reason, attempt, toUnixTimestamp64Milli(at) AS at,
       toUnixTimestamp64Milli(next_at) AS next
     FROM deliveries WHERE decision_id = {id:String} ORDER BY ledger_id`,
    id,
  );
  return {
    channel: decided.channel,
    attempts: rows.map(({ channel, status, reason, attempt, at, next }) => ({
      ...{ channel: String(channel), status: String(status), reason: String(reason) },
      ...{ attempt: Number(attempt), at: Number(at), next: next === null ? null : Number(next) },
    })),
  };
}
