// A real gateway process on a private Redis, as benches measure it; no worker, so that its CPU is not
// in the way, and a ledger without bound.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type PrivateRedis, startPrivateRedis } from '../../test/support/private-redis.ts';

export const WRITE_KEY = 'bench-write-key';
export const ADMIN_KEY = 'bench-admin-key';

export interface GatewayProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly redis: PrivateRedis;
}

/** Needs the build (`npm run build`). */
export async function startGatewayProcess(
  catalog: string,
  dataDir: string,
): Promise<GatewayProcess> {
  const redis = await startPrivateRedis();
  const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const child = fork(main, ['gateway'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH,
      REDIS_URL: redis.socket,
      PROFFER_PORT: '0',
      PROFFER_DATA_DIR: dataDir,
      PROFFER_CATALOG: catalog,
      PROFFER_WRITE_KEY: WRITE_KEY,
      PROFFER_ADMIN_KEY: ADMIN_KEY,
      PROFFER_LEDGER_MAX: '100000000',
      PROFFER_LOG_LEVEL: 'error',
    },
  });
  return { child, redis, port: await readyPort(child) };
}

/** Waits for a child's `ready` message. */
export async function readyPort(child: ChildProcess): Promise<number> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ kind: string; port: number }];
    if (message.kind === 'ready') return message.port;
  }
}
