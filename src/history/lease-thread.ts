// Renews leases from a thread of its own, with a connection of its own: whatever blocks the worker's
// event loop (a large result, a long splice, chDB) cannot make it lose its partitions.
//
// The main thread says which leases to keep; this thread writes the time of each last renewal into
// shared memory, 0 when a lease is lost. A renewal that gets no answer changes nothing: the time in
// shared memory simply grows old.

import { parentPort, workerData } from 'node:worker_threads';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { bindLeases } from './lease-scripts.ts';

/** What the thread is started with. */
export interface LeaseThreadSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  readonly ttlMs: number;
  /** One Float64 per partition: epoch ms of the last renewal; 0 = not ours. */
  readonly renewedAtMs: SharedArrayBuffer;
}

export type LeaseOrder =
  | { readonly kind: 'keep'; readonly partition: number; readonly fence: string }
  | { readonly kind: 'forget'; readonly partition: number }
  | { readonly kind: 'end' };

const settings = workerData as LeaseThreadSettings;
const renewedAtMs = new Float64Array(settings.renewedAtMs);
const connection = openConnection({
  url: settings.redisUrl,
  deadlineMs: settings.ttlMs,
  name: 'history-leases',
});
const leases = bindLeases(connection, new Keys(settings.prefix, settings.partitions));
const kept = new Map<number, string>();

async function renewAll(): Promise<void> {
  await Promise.all([...kept].map(([partition, fence]) => renewOne(partition, fence)));
}

async function renewOne(partition: number, fence: string): Promise<void> {
  const askedAtMs = Date.now();
  try {
    const { kind } = await leases.renew({ partition, fence, ttlMs: settings.ttlMs });
    if (kept.get(partition) !== fence) return;
    if (kind === 'renewed') renewedAtMs[partition] = askedAtMs;
    else {
      kept.delete(partition);
      renewedAtMs[partition] = 0;
    }
  } catch {
    // Redis is away: the renewal time grows old, which is all that has to be known.
  }
}

let renewing = false;
const timer = setInterval(() => {
  if (renewing) return;
  renewing = true;
  renewAll().finally(() => {
    renewing = false;
  });
}, settings.ttlMs / 4);

parentPort?.on('message', (order: LeaseOrder) => {
  switch (order.kind) {
    case 'keep':
      kept.set(order.partition, order.fence);
      return;
    case 'forget':
      kept.delete(order.partition);
      return;
    case 'end':
      clearInterval(timer);
      connection.close();
      parentPort?.close();
  }
});

// From here on, what is ordered is kept.
parentPort?.postMessage('ready');
