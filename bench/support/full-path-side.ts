// The product as a side of a comparison: gateways on a Redis of their own, or on one that is given.

import { startPrivateRedis } from '../../test/support/private-redis.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import type { Side } from './side.ts';

export interface FullPathOptions {
  readonly gateways?: number;
  /** Where to keep state instead of a private Redis, e.g. a cluster. */
  readonly redis?: { readonly url: string; readonly pids: readonly number[] };
  readonly env?: Readonly<Record<string, string>>;
  /** Another build's program; default: this checkout's. */
  readonly main?: string;
}

export async function startFullPath(
  catalog: string,
  dataDir: string,
  { gateways = 1, redis: given, env = {}, main }: FullPathOptions = {},
): Promise<Side> {
  const own = given === undefined ? await startPrivateRedis() : null;
  const redis = given ?? { url: own!.socket, pids: [own!.pid] };
  const servers: GatewayProcess[] = [];
  // One after the other: the first publishes the catalog.
  for (let i = 0; i < gateways; i++) {
    const where = { catalog, dataDir, redisUrl: redis.url, env };
    servers.push(await startGatewayProcess(main === undefined ? where : { ...where, main }));
  }
  return {
    name: 'full path',
    servers,
    redisPids: redis.pids,
    async stop() {
      for (const { child } of servers) child.kill('SIGKILL');
      await own?.stop();
    },
  };
}
