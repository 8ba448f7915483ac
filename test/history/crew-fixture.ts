// Several workers as processes of their own on one Redis and one ClickHouse, under traffic.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { type VerifyReport, verify } from '../../src/history/verify/verify.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { builtProgram } from '../support/built-program.ts';
import { waitFor } from '../support/conditions.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { startWritableClickHouse } from '../support/writable-clickhouse.ts';
import { PREFIX } from './worker-settings.ts';

export const CREW_PARTITIONS = 12;

export interface Crew {
  readonly redis: Redis;
  readonly redisPid: number;
  readonly keys: Keys;
  readonly sink: HistorySink;
  /** A worker in a process of its own, once it runs. */
  join(): Promise<ChildProcess>;
  /** Partitions by worker, in the order given; -1 at the end for those without one. */
  spread(...workers: readonly ChildProcess[]): Promise<number[]>;
  /** Resolves when partitions are spread so. */
  spreadIs(expected: readonly number[], ...workers: readonly ChildProcess[]): Promise<void>;
  /** Appends until the function that it returns is called; resolves with how many. */
  traffic(): () => Promise<number>;
  /** Whether anything is in history. */
  hasMarked(): Promise<boolean>;
  /** Waits until all is in history; the report of `verify` then. */
  verified(): Promise<VerifyReport>;
  stop(): Promise<void>;
}

export async function startCrew(): Promise<Crew> {
  const server = await startPrivateRedis();
  const clickhouse = await startWritableClickHouse();
  const redis = server.connect();
  const keys = new Keys(PREFIX, CREW_PARTITIONS);
  const connection = openConnection({ url: server.socket, deadlineMs: 5_000 });
  await connection.ready();
  const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  const random = seeded(testSeed());
  const children: ChildProcess[] = [];
  const stopTraffic: (() => Promise<number>)[] = [];
  const owners = async () => {
    const all = Array.from({ length: CREW_PARTITIONS }, (_, p) => keys.partition(p).lease);
    return Promise.all(all.map((lease) => redis.hget(lease, 'owner')));
  };
  const spread = async (...workers: readonly ChildProcess[]) => {
    const found = await owners();
    const counts = workers.map(
      ({ pid }) => found.filter((owner) => owner === `${hostname()}/${pid}`).length,
    );
    const held = counts.reduce((sum, count) => sum + count, 0);
    return held === CREW_PARTITIONS ? counts : [...counts, held - CREW_PARTITIONS];
  };
  return {
    ...{ redis, redisPid: server.pid, keys, sink, spread },
    async join() {
      const entry = builtProgram(new URL('./worker-process.ts', import.meta.url));
      const args = [server.socket, '', clickhouse.url, String(CREW_PARTITIONS)];
      const child = spawn(process.execPath, [entry, ...args], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      return child;
    },
    async spreadIs(expected, ...workers) {
      let last: readonly number[] = [];
      const isSo = async () => {
        last = await spread(...workers);
        return last.join() === expected.join();
      };
      await waitFor(`a spread of ${expected}`, isSo).catch((error) => {
        throw new Error(`${error.message}; it is ${last}`);
      });
    },
    traffic() {
      let going = true;
      let sent = 0;
      const appended = (async () => {
        while (going) {
          const from = sent;
          const records = Array.from({ length: 20 }, (_, i) =>
            recordText({ messageId: `m${from + i}`, decisions: i % 2 }),
          );
          await append(redis, keys, Math.floor(random() * CREW_PARTITIONS), records);
          sent += records.length;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      const stop = async () => {
        going = false;
        await appended;
        return sent;
      };
      stopTraffic.push(stop);
      return stop;
    },
    async hasMarked() {
      const all = Array.from({ length: CREW_PARTITIONS }, (_, p) => keys.partition(p).marked);
      return (await redis.mget(all)).some((marked) => Number(marked) > 0);
    },
    verified: () => verify({ connection, keys, sink, states: null, waitMs: 60_000 }),
    async stop() {
      await Promise.all(stopTraffic.map((stop) => stop()));
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      connection.close();
      await sink.close();
      await clickhouse.stop();
      await server.stop();
    },
  };
}

/** Signals a worker and waits for its end. */
export async function ended(worker: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(worker, 'exit');
  worker.kill(signal);
  const [code] = await exit;
  return code as number | null;
}
