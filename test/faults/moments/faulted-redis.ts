// The Redis of a service under faults, whatever it is made of, and what can be done to it.

import type { Cluster, Redis } from 'ioredis';
import type { TcpProxy } from '../../support/tcp-proxy.ts';

/** One redis-server. */
export interface FaultedNode {
  readonly name: string;
  kill(): Promise<void>;
  /** @throws Error when it does not end in time */
  terminate(deadlineMs: number): Promise<void>;
  /** Holds it up where it is, until `continue`. */
  stop(): void;
  continue(): void;
  /** Starts it if it does not run. */
  start(): Promise<void>;
}

export interface FaultedRedis {
  readonly nodes: readonly FaultedNode[];
  /** As the harness reaches them, past the proxies. */
  readonly clients: readonly Redis[];
  /** As operators reach it. */
  readonly url: string;
  /** What programs are to be told beside the URL. */
  readonly env: Readonly<Record<string, string>>;
  /** What only a cluster can do; null for a single server. */
  readonly cluster: ClusterFaults | null;
  /** Values of keys, wherever they are. */
  numbers(keys: readonly string[]): Promise<number[]>;
  /** How many members sorted sets have together. */
  members(keys: readonly string[]): Promise<number>;
  /** A way to it for one program; without a proxy where there can be none. */
  link(): Promise<{ readonly url: string; readonly proxy: TcpProxy | null }>;
  /** Everything of it runs, and serves. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterFaults {
  /** A replica takes over from its master, in order. */
  failover(chance: () => number): Promise<void>;
  /** A slot of a partition moves to another master, with a pause in the middle. */
  moveSlot(chance: () => number): Promise<void>;
}

export async function membersOf(client: Redis | Cluster, keys: readonly string[]): Promise<number> {
  const counts = await Promise.all(keys.map((key) => client.zcard(key)));
  return counts.reduce((sum, count) => sum + count, 0);
}
