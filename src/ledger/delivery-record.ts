// The record of an attempt to deliver a decision. It changes no customer's state, so nothing is stepped
// again from it. The table is `deliveries`, its tag `v`.

import type { DeliveryStatus, OutboxEntry } from '../model/delivery.ts';
import { columnString } from '../model/json-hazards.ts';
import { whole } from './column-values.ts';
import { rejectionHead } from './record-head.ts';

/** What became of it. */
export interface DeliveryAttempt {
  readonly status: DeliveryStatus;
  /** In a word, such as `http_503`, `timeout`, `no_consent`; '' = none is needed. */
  readonly reason: string;
  /** From 1; 0 = nothing was attempted. */
  readonly attempt: number;
  /** Epoch ms. */
  readonly atMs: number;
  /** When it is tried again, epoch ms; null = it is not. */
  readonly nextAtMs: number | null;
}

export function writeDelivery(
  { customerId, decision }: Pick<OutboxEntry, 'customerId' | 'decision'>,
  { status, reason, attempt, atMs, nextAtMs }: DeliveryAttempt,
): string {
  const { decisionId, placement, delivery } = decision;
  return (
    `${rejectionHead(atMs)}\nv{"delivery_id":${columnString(delivery.deliveryId)}` +
    `,"decision_id":${columnString(decisionId)},"customer_id":${columnString(customerId)}` +
    `,"placement":${columnString(placement)},"channel":${columnString(delivery.channel)}` +
    `,"status":"${status}","reason":${columnString(reason)},"attempt":${attempt}` +
    `,"at":${whole(atMs)}${nextAtMs === null ? '' : `,"next_at":${whole(nextAtMs)}`}}`
  );
}
