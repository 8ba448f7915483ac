// Where Redis is, for a command that runs beside the service.

import { existsSync, realpathSync } from 'node:fs';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { socketPath } from '../ops/socket-path.ts';

/**
 * `REDIS_URL`, or the socket of the private Redis of the data directory.
 * @throws SetupFault when there is neither
 */
export function redisUrl(config: Config): string {
  if (config.REDIS_URL !== undefined) return config.REDIS_URL;
  const directory = config.PROFFER_DATA_DIR;
  if (existsSync(directory)) {
    const socket = socketPath(realpathSync(directory), 'redis.sock');
    if (existsSync(socket)) return socket;
  }
  throw new SetupFault(`no Redis: nothing runs on ${directory}, and REDIS_URL is not set`);
}
