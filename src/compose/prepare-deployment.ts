// What is done once for a deployment before its gateways start. Apart from the gateway, so that the
// supervisor, which does it for all of them, does not load what only they need.

import { type Fault, formatFault, formatFaults } from '../catalog/fault.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import type { Config } from '../config.ts';
import { SetupFault, Unavailable } from '../errors.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import type { Log } from '../ops/log.ts';
import { unreachable } from '../redis/unreachable.ts';
import { type CatalogVersions, catalogVersions } from './catalog-versions.ts';
import { openDeployment } from './deployment.ts';

/** A catalog without faults, as it is published. */
export interface UsableCatalog {
  readonly files: readonly SourceFile[];
  readonly hash: string;
  readonly name: string;
  readonly warnings: readonly Fault[];
}

export interface PrepareOptions {
  /** Default: what is at `PROFFER_CATALOG`. */
  readonly catalog?: UsableCatalog;
  /** Leaves a catalog that is published, whatever it is. */
  readonly onlyIfNone?: boolean;
  /** Gives up when it aborts. */
  readonly stopping?: AbortSignal;
}

/** What became of it. */
export interface Prepared {
  /** `kept`: there was one, and only a missing one was asked for. */
  readonly catalog: 'published' | 'unchanged' | 'kept';
  /** Keys that were given and are refused: a revocation is not undone by a start. */
  readonly revoked: readonly ('writeKey' | 'adminKey')[];
}

/** @throws SetupFault with every fault of the catalog */
export function usableCatalog(path: string): UsableCatalog {
  const loaded = loadCatalog(path);
  if (!loaded.ok) throw unusable(loaded.faults);
  const { catalog, files, warnings } = loaded;
  return { files, hash: catalog.hash, name: catalog.name, warnings };
}

/**
 * Makes the deployment ready for its gateways: keys known, catalog published.
 * @throws SetupFault with every fault of the catalog; TransientFault when Redis does not answer
 */
export async function prepareDeployment(
  config: Config,
  redisUrl: string,
  keysGiven: { readonly writeKey: string | undefined; readonly adminKey: string | undefined },
  log: Log,
  { catalog, onlyIfNone = false, stopping }: PrepareOptions = {},
): Promise<Prepared> {
  const used = catalog ?? usableCatalog(config.PROFFER_CATALOG);
  if (catalog === undefined) tellWarnings(used, log);
  const deployment = await openDeployment(config, redisUrl, log, stopping);
  try {
    const outcome = await publish(used, onlyIfNone, catalogVersions(deployment));
    const revoked: ('writeKey' | 'adminKey')[] = [];
    const store = await openKeyStore({
      url: redisUrl,
      prefix: config.PROFFER_PREFIX,
      deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
    });
    try {
      for (const [name, kind] of FIRST_KEYS) {
        const secret = keysGiven[name];
        if (secret === undefined) continue;
        const ensured = await store.ensure(secret, `default-${kind}`, kind, Date.now());
        if (ensured.kind === 'revoked') revoked.push(name);
      }
    } finally {
      await store.close();
    }
    return { catalog: outcome, revoked };
  } catch (error) {
    throw error instanceof Unavailable ? unreachable(redisUrl, error) : error;
  } finally {
    deployment.connection.close();
  }
}

async function publish(
  { files: content, hash, name }: UsableCatalog,
  onlyIfNone: boolean,
  versions: CatalogVersions,
): Promise<Prepared['catalog']> {
  const condition = onlyIfNone ? { expectedPublication: 0 } : {};
  const { kind } = await versions.publish({ content, hash, name, ...condition });
  return kind === 'published' || (kind === 'unchanged' && !onlyIfNone) ? kind : 'kept';
}

const FIRST_KEYS = [
  ['writeKey', 'write'],
  ['adminKey', 'admin'],
] as const;

/** Warnings that a start tells; `proffer catalog validate` has them all. */
const WARNINGS_TOLD = 10;

/** A line for each of the first warnings of a catalog, and how many there are beside them. */
export function tellWarnings(
  { warnings }: Pick<UsableCatalog, 'warnings'>,
  log: { warn(line: string): void },
): void {
  for (const warning of warnings.slice(0, WARNINGS_TOLD)) log.warn(formatFault(warning));
  const more = warnings.length - WARNINGS_TOLD;
  if (more > 0) log.warn(`… and ${more} more: proffer catalog validate has them all`);
}

/** One fault is one line; several are a line each. */
function unusable(faults: readonly Fault[]): SetupFault {
  const lines = formatFaults(faults).trimEnd();
  return new SetupFault(`the catalog cannot be used:${faults.length === 1 ? ' ' : '\n'}${lines}`);
}
