// One of the things that a bench compares: server processes on a Redis, driven by a load of its own
// process, with throughput, latency, and CPU per event of each part.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type PrivateRedis, startPrivateRedis } from '../../test/support/private-redis.ts';
import { readyPort } from './gateway-process.ts';
import type { LoadResult } from './load.ts';
import { runInProcess } from './load-process.ts';
import { cpuSeconds } from './machine.ts';

export interface Side {
  readonly name: string;
  readonly servers: readonly ServerProcess[];
  readonly redisPids: readonly number[];
  stop(): Promise<void>;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

export interface Measured {
  readonly perS: number;
  /** CPU of all servers together, an event; of all Redis processes likewise. */
  readonly serverUs: number;
  readonly redisUs: number;
  readonly latencyUs: LoadResult['latencyUs'];
  readonly notOk: number;
}

export interface Drive {
  readonly requests: readonly Buffer[];
  readonly seconds: number;
  /** null = saturation. */
  readonly ratePerS: number | null;
  /** Events in a request; default 1. */
  readonly per?: number;
  readonly connections?: number;
}

const CONNECTIONS = 128;

/** Drives a side with a load and waits for its end. */
export async function measure(side: Side, drive: Drive): Promise<Measured> {
  const { requests, seconds, ratePerS, per = 1, connections = CONNECTIONS } = drive;
  const servers = side.servers.map(({ child }) => child.pid ?? -1);
  const cpu = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const [serversBefore, redisBefore] = [cpu(servers), cpu(side.redisPids)];
  const result = await runInProcess({
    ports: side.servers.map(({ port }) => port),
    ...{ requests, connections, durationMs: seconds * 1000, ratePerS },
  });
  const events = result.answered * per;
  return {
    perS: (events / result.tookMs) * 1000,
    serverUs: ((cpu(servers) - serversBefore) / events) * 1e6,
    redisUs: ((cpu(side.redisPids) - redisBefore) / events) * 1e6,
    latencyUs: result.latencyUs,
    notOk: result.notOk,
  };
}

/** The floor (see floor-server.ts) on a Redis of its own. */
export async function startFloor(redisSettings: readonly string[] = []): Promise<Side> {
  const redis: PrivateRedis = await startPrivateRedis(redisSettings);
  const path = fileURLToPath(new URL('floor-server.ts', import.meta.url));
  const child = fork(path, [redis.socket], { execArgv: ['--import', 'tsx'] });
  return {
    name: 'floor',
    servers: [{ child, port: await readyPort(child) }],
    redisPids: [redis.pid],
    async stop() {
      child.kill('SIGKILL');
      await redis.stop();
    },
  };
}
