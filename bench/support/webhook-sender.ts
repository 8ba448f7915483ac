// The worker's sender alone in a process of its own over all partitions, and, in the same process, its
// floor: node:http with connections that are kept, as many at once, which signs nothing and asks nobody.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { deliveryTasks } from '../../src/compose/delivery-tasks.ts';
import { readConfig } from '../../src/config.ts';
import { IN_FLIGHT_MAX } from '../../src/delivery/channel-line.ts';
import { silentLog } from '../../src/ops/log.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { Opened } from '../../src/ops/opened.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { valid } from '../../test/catalog/compile.ts';
import { openShop } from '../../test/customers/shop.ts';
import { machineMs } from './machine-ms.ts';

export const KEYS = new Keys('bench:', 64);
const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`;

/** Requests of the floor: all at once as far as there is room, or one every so many ms. */
export interface Bare {
  readonly url: string;
  readonly body: string;
  readonly count: number;
  /** 0 = no pause. */
  readonly everyMs: number;
}

export interface SenderReport {
  /** Of the process since its start, µs. */
  readonly cpuUs: number;
  /** When each request of the floor was begun, as machineMs() has it. */
  readonly beganAtMs: readonly number[];
}

/** `go` and `pause` are about what waits in the outbox. */
type Asked = 'go' | 'pause' | 'report' | Bare;

export class WebhookSender {
  private constructor(private readonly child: ChildProcess) {}

  static async start(redisSocket: string, catalog: string): Promise<WebhookSender> {
    const args = [redisSocket, catalog];
    const child = fork(fileURLToPath(import.meta.url), args, { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return new WebhookSender(child);
  }

  /** @returns when it is done */
  async ask(what: Asked): Promise<SenderReport> {
    this.child.send(what);
    const [report] = (await once(this.child, 'message')) as [SenderReport];
    return report;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function serve(redisSocket: string, catalog: string): Promise<void> {
  const connection = openConnection({ url: redisSocket, deadlineMs: 10_000 });
  await connection.ready();
  const version = bindProgram(valid(catalog), 1);
  const { customers } = openShop(connection, KEYS, () => version, Date.now);
  const catalogs = { current: () => version, atLeast: () => version };
  const tasks = deliveryTasks({
    config: readConfig({ PROFFER_WEBHOOK_PRIVATE: 'allow' }),
    deployment: { connection, keys: KEYS },
    core: { core: { customers, catalogs, clock: { nowMs: Date.now } as never } },
    ...{ env: { PUSH: SECRET }, log: silentLog(), metrics: createMetrics(), opened: new Opened() },
  });
  const task = tasks.find(({ name }) => name === 'deliveries')!;
  const all = Array.from({ length: KEYS.partitions }, (_, partition) => partition);
  let isOn = false;
  let running = Promise.resolve();
  const run = async () => {
    while (isOn) {
      const next = await task.round(all, { group: 0, isStopping: false });
      if (typeof next === 'number') await wait(next);
    }
  };
  process.on('message', async (what: Asked) => {
    let beganAtMs: readonly number[] = [];
    if (what === 'go') {
      isOn = true;
      running = run();
    } else if (what === 'pause') {
      isOn = false;
      await running;
    } else if (what !== 'report') beganAtMs = await bare(what);
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system, beganAtMs } satisfies SenderReport);
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}

const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT_MAX });

async function bare({ url, body, count, everyMs }: Bare): Promise<readonly number[]> {
  const beganAtMs: number[] = [];
  const go = async () => {
    while (beganAtMs.length < count) {
      const sent = post(url, body, `bare-${beganAtMs.length}`);
      beganAtMs.push(machineMs());
      await sent;
      if (everyMs > 0) await wait(everyMs);
    }
  };
  await Promise.all(Array.from({ length: everyMs > 0 ? 1 : IN_FLIGHT_MAX }, go));
  return beganAtMs;
}

function post(url: string, body: string, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
    };
    const req = http.request(url, { method: 'POST', headers, agent });
    req.on('error', reject);
    req.on('response', (res) => res.resume().on('end', resolve));
    req.end(body);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await serve(process.argv[2]!, process.argv[3]!);
}
