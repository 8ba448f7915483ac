// A real gateway process, as benches measure it; no worker, so that its CPU is not in the way, and a
// ledger without bound.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const WRITE_KEY = 'bench-write-key';
export const ADMIN_KEY = 'bench-admin-key';

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

export interface GatewayOptions {
  readonly catalog: string;
  readonly dataDir: string;
  readonly redisUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another build's program; default: this checkout's. */
  readonly main?: string;
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** They do not outlive this process, however it ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Needs the build (`npm run build`). */
export async function startGatewayProcess(options: GatewayOptions): Promise<GatewayProcess> {
  const child = fork(options.main ?? MAIN, ['gateway'], {
    // Not what this process was started with: a gateway runs without tsx.
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: options.redisUrl,
      PROFFER_PORT: '0',
      PROFFER_DATA_DIR: options.dataDir,
      PROFFER_CATALOG: options.catalog,
      PROFFER_WRITE_KEY: WRITE_KEY,
      PROFFER_ADMIN_KEY: ADMIN_KEY,
      PROFFER_LEDGER_MAX: '100000000',
      PROFFER_LOG_LEVEL: 'error',
      ...options.env,
    },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return { child, port: await readyPort(child) };
}

/** Waits for a child's `ready` message. @throws Error when it ends instead */
export async function readyPort(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a server ended with ${code} before it was ready`);
  });
  ended.catch(() => {});
  for (;;) {
    const heard = once(child, 'message') as Promise<[{ kind: string; port: number }]>;
    const [message] = await Promise.race([heard, ended]);
    if (message.kind === 'ready') return message.port;
  }
}
