// What is done once for a deployment before its gateways start. Apart from the gateway, so that the
// supervisor, which does it for all of them, does not load what only they need.

import { type Fault, formatFaults } from './catalog/fault.ts';
import { loadCatalog } from './catalog/load-catalog.ts';
import { RedisPublications } from './catalog/redis-publications.ts';
import { openDeployment } from './compose.ts';
import type { Config } from './config.ts';
import { SetupFault } from './errors.ts';
import { openKeyStore } from './gateway/keys/key-store.ts';
import type { Log } from './ops/log.ts';

/**
 * Makes the deployment ready for its gateways: keys known, catalog published.
 * @throws SetupFault with every fault of the catalog
 */
export async function prepareDeployment(
  config: Config,
  redisUrl: string,
  keysGiven: { readonly writeKey: string | undefined; readonly adminKey: string | undefined },
  log: Log,
): Promise<void> {
  const { connection, keys } = await openDeployment(config, redisUrl, log);
  try {
    const loaded = loadCatalog(config.PROFFER_CATALOG);
    if (!loaded.ok) throw unusable(loaded.faults);
    const publications = new RedisPublications(connection, keys);
    await publications.publish(loaded.files, loaded.catalog.hash);
    const store = await openKeyStore({
      url: redisUrl,
      prefix: config.PROFFER_PREFIX,
      deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
    });
    try {
      const { writeKey, adminKey } = keysGiven;
      if (writeKey !== undefined) await store.ensure(writeKey, 'default', 'write', Date.now());
      if (adminKey !== undefined) await store.ensure(adminKey, 'default', 'admin', Date.now());
    } finally {
      await store.close();
    }
  } finally {
    connection.close();
  }
}

/** One fault is one line; several are a line each. */
function unusable(faults: readonly Fault[]): SetupFault {
  const lines = formatFaults(faults).trimEnd();
  return new SetupFault(`the catalog cannot be used:${faults.length === 1 ? ' ' : '\n'}${lines}`);
}
