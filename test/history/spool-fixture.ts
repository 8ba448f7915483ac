// A deployment whose ClickHouse can be in trouble, and whose workers spool early.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker, WorkerSettings } from '../../src/compose/worker-options.ts';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { readSpooled, type SpooledRange } from '../../src/history/spool/spooled-ranges.ts';
import { type VerifyReport, verify } from '../../src/history/verify/verify.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { builtProgram } from '../support/built-program.ts';
import { waitFor } from '../support/conditions.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';
import { type Deployment, startDeployment } from './history-fixture.ts';
import { PARTITIONS } from './worker-settings.ts';

/** Records of lag from which on a partition is spooled. */
export const AFTER_RECORDS = 100;

export interface SpoolDeployment {
  readonly at: Deployment;
  readonly clickhouse: WritableClickHouse;
  readonly connection: RedisConnection;
  /** What workers call `spool`. */
  readonly spoolDirectory: string;
  /** A worker that spools to that directory and asks the server. */
  worker(
    settings?: Partial<WorkerSettings>,
    bytesMax?: number,
    deadlineMs?: number,
  ): Promise<Worker>;
  /** As `worker`, in a process of its own, once it runs. @param limit of `ulimit -f`: file size */
  spawn(limit?: number): Promise<ChildProcess>;
  /** Appends so many events, spread over partitions in runs; how many in all so far. */
  fill(count: number): Promise<number>;
  /** Of all partitions, as Redis says. */
  spooled(): Promise<SpooledRange[]>;
  /** Everything written is in history or in a file. */
  untilMarked(): Promise<void>;
  /** Everything written is in history, and what `verify` then says. */
  untilHome(): Promise<VerifyReport>;
  /** What `verify` says now. */
  verified(): Promise<VerifyReport>;
  /** Rows of `events`, and how many different ones. */
  events(): Promise<{ n: number; once: number; messages: number }>;
  /** Events in history whose message id begins with `lost`. */
  lost(): Promise<number>;
  /** Spool files by path, whatever their ending. */
  files(): Promise<string[]>;
  /** Longest stream of the ledger. */
  ledgerLength(): Promise<number>;
  stop(): Promise<void>;
}

export async function startSpoolDeployment(spoolDirectory?: string): Promise<SpoolDeployment> {
  const at = await startDeployment();
  const clickhouse = await startWritableClickHouse();
  const own = await mkdtemp(join(tmpdir(), 'proffer-spool-'));
  const directory = spoolDirectory ?? join(own, 'spool');
  const connection = openConnection({ url: at.redisUrl, deadlineMs: 5_000 });
  await connection.ready();
  const sinks: HistorySink[] = [];
  const children: ChildProcess[] = [];
  const asking = async () => {
    if (sinks.length === 0) {
      sinks.push(await openSink({ clickhouseUrl: clickhouse.url, directory: '' }));
    }
    return sinks[0]!;
  };
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const spooled = async () => (await readSpooled(connection, at.keys, all)).flat();
  let written = 0;
  const untilMarked = async () => {
    await waitFor('everything to be marked', async () => {
      return (await at.total('marked')) === (await at.total('position'));
    }).catch((error) => {
      throw new Error(`${error.message}; log: ${at.logged.slice(-8).join(' | ')}`);
    });
  };
  const verified = async () => {
    const parts = { connection, keys: at.keys, states: null, waitMs: 0 };
    return verify({ ...parts, sink: await asking() });
  };
  return {
    ...{ at, clickhouse, verified, connection, spoolDirectory: directory, spooled, untilMarked },
    async worker(settings = {}, bytesMax = 1024 * 1024 * 1024, deadlineMs = 10_000) {
      const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '', deadlineMs });
      return at.startWorker(sink, {
        ...{ batchRecordsMax: 400, trimDelayMs: 0, suspectDelayMs: 500 },
        spool: { directory, bytesMax, afterRecords: AFTER_RECORDS },
        ...settings,
      });
    },
    async spawn(limit) {
      const entry = builtProgram(new URL('./worker-process.ts', import.meta.url));
      const args = [at.redisUrl, '', clickhouse.url, String(PARTITIONS), directory];
      const node = [process.execPath, entry, ...args];
      const shell = ['-c', `ulimit -f ${limit ?? 'unlimited'}; exec "$@"`, 'sh', ...node];
      const child = spawn('sh', shell, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      return child;
    },
    async fill(count) {
      for (let i = 0; i < count; i += 50) {
        const records = Array.from({ length: Math.min(50, count - i) }, (_, j) =>
          recordText({ messageId: `m${written + i + j}`, decisions: j % 2 }),
        );
        await append(at.redis, at.keys, Math.floor((written + i) / 50) % PARTITIONS, records);
      }
      written += count;
      return written;
    },
    async untilHome() {
      await untilMarked();
      await waitFor('all spooled batches to be home', async () => {
        return (await spooled()).length === 0;
      }).catch((error) => {
        throw new Error(`${error.message}; log: ${at.logged.slice(-8).join(' | ')}`);
      });
      return verified();
    },
    async events() {
      const sink = await asking();
      const [row] = await sink.query<{ n: number; once: number; messages: number }>(
        `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(partition, ledger_id)) AS once,
                toUInt32(uniqExact(message_id)) AS messages FROM events`,
      );
      return row!;
    },
    async lost() {
      const sink = await asking();
      const [row] = await sink.query<{ n: number }>(
        `SELECT toUInt32(count()) AS n FROM events WHERE startsWith(message_id, 'lost')`,
      );
      return row!.n;
    },
    async files() {
      await mkdir(directory, { recursive: true });
      const names = await readdir(directory, { recursive: true });
      return names.filter((name) => name.includes('.spool')).map((name) => join(directory, name));
    },
    async ledgerLength() {
      const names = all.map((partition) => at.keys.partition(partition).ledger);
      return Math.max(...(await Promise.all(names.map((name) => at.redis.xlen(name)))));
    },
    async stop() {
      clickhouse.heal();
      await Promise.all(children.map(killed));
      await at.stop();
      connection.close();
      await Promise.all(sinks.map((sink) => sink.close()));
      await clickhouse.stop();
      await rm(own, { recursive: true, force: true });
    },
  };
}

/** kill -9, and its end. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
