// A redis-server on a port of loopback, in a directory of its own: what clusters and sentinels of
// tests are made of. Ends with whoever started it, at the latest with the test process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from './conditions.ts';

export interface RedisProcess {
  readonly port: number;
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly directory: string;
  readonly pid: number;
  /** One client for a test's own questions, kept for all of them. */
  readonly admin: Redis;
  /** The signal, then waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Holds it up (SIGSTOP) until `resume`. */
  pause(): void;
  resume(): void;
  /** Starts it again, on the same port and data, after `kill`. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

export interface RedisProcessSettings {
  readonly port: number;
  readonly args: readonly string[];
  /** Files written into its directory before it starts: name → text. */
  readonly files?: Readonly<Record<string, string>>;
  /** For `admin`, where the server asks for one. */
  readonly password?: string;
}

export async function startRedisProcess(settings: RedisProcessSettings): Promise<RedisProcess> {
  const { port, args, files = {}, password } = settings;
  const directory = await mkdtemp(join(tmpdir(), 'proffer-redis-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const launch = (): ChildProcess =>
    spawn('redis-server', args, { cwd: directory, stdio: 'ignore' });
  const admin = new Redis({
    host: '127.0.0.1',
    port,
    lazyConnect: true,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    ...(password === undefined ? {} : { password }),
  });
  admin.on('error', () => {});
  let child = launch();
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (hasEnded()) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  const started = () =>
    waitFor(`redis-server on ${port}`, async () => {
      if (hasEnded()) throw new Error('redis-server ended');
      if (admin.status === 'wait' || admin.status === 'end') admin.connect().catch(() => {});
      return admin.status === 'ready' && (await admin.ping());
    });
  await started();
  return {
    port,
    address: `127.0.0.1:${port}`,
    directory,
    get pid() {
      return child.pid ?? -1;
    },
    admin,
    kill,
    pause: () => process.kill(child.pid!, 'SIGSTOP'),
    resume: () => process.kill(child.pid!, 'SIGCONT'),
    async restart() {
      child = launch();
      await started();
    },
    async dispose() {
      admin.disconnect();
      await kill();
      process.removeListener('exit', killWithParent);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
