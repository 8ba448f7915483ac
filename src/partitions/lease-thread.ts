// Renews leases, and says that this worker lives, from a thread of its own with a connection of its
// own: whatever blocks the worker's event loop (a large result, a long splice, chDB) cannot make it
// lose its partitions.
//
// The main thread says which leases to keep; this thread writes the time of each last renewal into
// shared memory, 0 when a lease is lost, and tells when the roster of workers changes. What gets no
// answer changes nothing: times in shared memory simply grow old.

import { parentPort, workerData } from 'node:worker_threads';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import { bindLeases } from './lease-scripts.ts';
import { beatMs } from './lease-share.ts';
import type { Roster } from './leases.ts';
import { bindRoster } from './roster-scripts.ts';

/** What the thread is started with. */
export interface LeaseThreadSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  readonly ttlMs: number;
  /** Id under which this worker is announced; null = it is none (a repair). */
  readonly worker: string | null;
  /** One Float64 per partition: epoch ms of the last renewal; 0 = not ours. */
  readonly renewedAtMs: SharedArrayBuffer;
}

export type LeaseOrder =
  | { readonly kind: 'keep'; readonly partition: number; readonly fence: string }
  | { readonly kind: 'forget'; readonly partition: number }
  /** No announcements any more, and the others are to know. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'end' };

export type LeaseNews =
  /** From here on, what is ordered is kept. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'roster'; readonly roster: Roster }
  /** Redis has answered an announcement: the roster is as it was told last. */
  | { readonly kind: 'beat' };

const settings = workerData as LeaseThreadSettings;
const renewedAtMs = new Float64Array(settings.renewedAtMs);
const connection = openConnection({
  url: settings.redisUrl,
  deadlineMs: settings.ttlMs,
  name: 'history-leases',
});
const keys = new Keys(settings.prefix, settings.partitions);
const leases = bindLeases(connection, keys);
const workers = bindRoster(connection, keys);
const kept = new Map<number, string>();
let announced = settings.worker;
let lastRoster = '';

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

async function announce(): Promise<void> {
  const worker = announced;
  if (worker === null) return;
  try {
    const roster = await workers.announce(worker, settings.ttlMs);
    // It left while this was under way, and must not have come back by it.
    if (announced === null) await workers.withdraw(worker);
    const text = JSON.stringify(roster);
    if (announced === null) return;
    if (text !== lastRoster) tell({ kind: 'roster', roster });
    lastRoster = text;
    tell({ kind: 'beat' });
  } catch {
    // Redis is away: nobody else hears of anybody either.
  }
}

/** Calls again and again, but never while the last call is under way. */
function repeat(act: () => Promise<void>, everyMs: number): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    act().finally(() => {
      busy = false;
    });
  }, everyMs);
}

function tell(news: LeaseNews): void {
  parentPort?.postMessage(news);
}

const timers = [repeat(renewAll, settings.ttlMs / 4)];
timers.push(repeat(announce, beatMs(settings.ttlMs)));

parentPort?.on('message', (order: LeaseOrder) => {
  switch (order.kind) {
    case 'keep':
      kept.set(order.partition, order.fence);
      return;
    case 'forget':
      kept.delete(order.partition);
      return;
    case 'leave':
      if (announced !== null) workers.withdraw(announced).catch(() => {});
      announced = null;
      return;
    case 'end':
      for (const timer of timers) clearInterval(timer);
      connection.close();
      parentPort?.close();
  }
});

tell({ kind: 'ready' });
connection.onConnect(announce);
