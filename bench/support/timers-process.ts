// The worker's task that fires timers, alone in a process of its own over all partitions: its CPU is not
// that of whoever arms them, nor of history.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { TimerScripts } from '../../src/redis/timer-scripts.ts';
import { FireTimers } from '../../src/timers/fire-timers.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { valid } from '../../test/catalog/compile.ts';
import { openShop } from '../../test/customers/shop.ts';
import { TIMED } from './timed-catalog.ts';

export const PREFIX = 'bench:';
export const PARTITIONS = 64;

/** What it did until now. */
export interface FiringReport {
  /** By how much each was late when it was seen to, ms. */
  readonly lateMs: readonly number[];
  readonly cpuUs: number;
  readonly failed: number;
}

export class FiringProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** @param rate customers a second, at most */
  static async start(redisSocket: string, rate: number): Promise<FiringProcess> {
    const execArgv = ['--import', 'tsx'];
    const child = fork(fileURLToPath(import.meta.url), [redisSocket, String(rate)], { execArgv });
    await once(child, 'message');
    return new FiringProcess(child);
  }

  async report(): Promise<FiringReport> {
    this.child.send('report');
    const [report] = (await once(this.child, 'message')) as [FiringReport];
    return report;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function fireForEver(redisSocket: string, rate: number): Promise<void> {
  const connection = openConnection({ url: redisSocket, deadlineMs: 10_000 });
  await connection.ready();
  const keys = new Keys(PREFIX, PARTITIONS);
  const version = bindProgram(valid(TIMED), 1);
  const catalogs = { current: () => version, atLeast: () => version };
  const { pipeline, states } = openShop(connection, keys, () => version, Date.now);
  const lateMs: number[] = [];
  let failed = 0;
  const customers = new TimedCustomers({
    ...{ pipeline, states, catalogs, nowMs: Date.now },
    late: (ms) => lateMs.push(ms),
  });
  const core = { customers, isAwaited: () => true, nowMs: Date.now };
  const task = new FireTimers({
    ...{ keys, scripts: new TimerScripts(connection), core: () => core, rate },
    onFault: () => failed++,
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ lateMs, cpuUs: user + system, failed } satisfies FiringReport);
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
  const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  for (;;) {
    const next = await task.round(all, { group: 0, isStopping: false });
    await wait(typeof next === 'number' ? next : 0);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await fireForEver(process.argv[2]!, Number(process.argv[3]));
}
