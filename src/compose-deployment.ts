// What is done once for a deployment before its gateways start. Apart from the gateway, so that the
// supervisor, which does it for all of them, does not load what only they need.

import { type Fault, formatFaults } from './catalog/fault.ts';
import { loadCatalog } from './catalog/load-catalog.ts';
import { RedisPublications } from './catalog/redis-publications.ts';
import type { SourceFile } from './catalog/yaml-tree.ts';
import { openDeployment } from './compose.ts';
import type { Config } from './config.ts';
import { SetupFault, Unavailable } from './errors.ts';
import { openKeyStore } from './gateway/keys/key-store.ts';
import type { Log } from './ops/log.ts';
import { unreachable } from './redis/unreachable.ts';

/** A catalog without faults, as it is published. */
export interface UsableCatalog {
  readonly files: readonly SourceFile[];
  readonly hash: string;
}

export interface PrepareOptions {
  /** Default: what is at `PROFFER_CATALOG`. */
  readonly catalog?: UsableCatalog;
  /** Leaves a catalog that is published, whatever it is. */
  readonly onlyIfNone?: boolean;
  /** Gives up when it aborts. */
  readonly stopping?: AbortSignal;
}

/** @throws SetupFault with every fault of the catalog */
export function usableCatalog(path: string): UsableCatalog {
  const loaded = loadCatalog(path);
  if (!loaded.ok) throw unusable(loaded.faults);
  return { files: loaded.files, hash: loaded.catalog.hash };
}

/**
 * Makes the deployment ready for its gateways: keys known, catalog published.
 * @returns what became of the catalog; `kept`: there was one, and only a missing one was asked for
 * @throws SetupFault with every fault of the catalog; TransientFault when Redis does not answer
 */
export async function prepareDeployment(
  config: Config,
  redisUrl: string,
  keysGiven: { readonly writeKey: string | undefined; readonly adminKey: string | undefined },
  log: Log,
  { catalog, onlyIfNone = false, stopping }: PrepareOptions = {},
): Promise<'published' | 'unchanged' | 'kept'> {
  const { files, hash } = catalog ?? usableCatalog(config.PROFFER_CATALOG);
  const { connection, keys } = await openDeployment(config, redisUrl, log, stopping);
  try {
    const publications = new RedisPublications(connection, keys);
    const isKept = onlyIfNone && (await publications.latest()) !== 0;
    const outcome = isKept ? 'kept' : (await publications.publish(files, hash)).kind;
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
    return outcome;
  } catch (error) {
    throw error instanceof Unavailable ? unreachable(redisUrl, error) : error;
  } finally {
    connection.close();
  }
}

/** One fault is one line; several are a line each. */
function unusable(faults: readonly Fault[]): SetupFault {
  const lines = formatFaults(faults).trimEnd();
  return new SetupFault(`the catalog cannot be used:${faults.length === 1 ? ' ' : '\n'}${lines}`);
}
