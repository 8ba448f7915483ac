// What is done once for a deployment before its gateways start. Apart from the gateway, so that the
// supervisor, which does it for all of them, does not load what only they need.

import { type Fault, formatFault } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import { allowsPrivate, type Config } from '../config.ts';
import { SetupFault, Unavailable } from '../errors.ts';
import { openKeyStore } from '../gateway/keys/key-store.ts';
import type { Log } from '../ops/log.ts';
import { unreachable } from '../redis/unreachable.ts';
import type { VersionEntry } from '../snapshots/snapshot.ts';
import { catalogVersions } from './catalog-versions.ts';
import { openDeployment } from './deployment.ts';
import {
  type FaultyFolder,
  type FolderCatalog,
  type FolderOutcome,
  type Occasion,
  publishFolder,
} from './publish-folder.ts';

/** A catalog without faults, as it is published. */
export interface UsableCatalog extends FolderCatalog {
  readonly warnings: readonly Fault[];
}

export interface PrepareOptions {
  /** Default: what is at `PROFFER_CATALOG`; null = no catalog is published. */
  readonly catalog?: FolderCatalog | FaultyFolder | null;
  /** Default: a start, and others may run on this Redis, too. */
  readonly occasion?: Occasion;
  /** Gives up when it aborts. */
  readonly stopping?: AbortSignal;
}

/** Keys that a start makes known. */
type FirstKey = (typeof FIRST_KEYS)[number][0];

/** What became of it. */
export interface Prepared {
  /** What is published now; the newest, whoever published it. */
  readonly inEffect: VersionEntry;
  /** null = none was to be published. */
  readonly catalog: FolderOutcome | null;
  /** Keys that were given and are refused: a revocation is not undone by a start. */
  readonly revoked: readonly FirstKey[];
}

/**
 * The catalog at a path, with its tests still to be run; or all its faults.
 * @param allowsPrivate as `loadCatalog` takes it
 */
export function catalogAt(path: string, allowsPrivate = false): UsableCatalog | FaultyFolder {
  const loaded = loadCatalog(path, Date.now(), allowsPrivate);
  if (!loaded.ok) return { path, faults: loaded.faults };
  const { catalog, files, tests, warnings, typed } = loaded;
  const { hash, name } = catalog;
  const test = async () => {
    if (tests.length === 0) return { passed: 0, failed: 0, failures: [] };
    // The engine is loaded by who has tests to run.
    const { runCompiledTests } = await import('./run-catalog-tests.ts');
    return runCompiledTests(catalog, tests);
  };
  return { path, files, hash, name, warnings, typed, test };
}

/**
 * Makes the deployment ready for its gateways: keys known, catalog published.
 * @throws SetupFault with every fault of the catalog where nothing published can serve instead, or
 *   where none is published and none is to be; TransientFault when Redis does not answer
 */
export async function prepareDeployment(
  config: Config,
  redisUrl: string,
  keysGiven: Readonly<Partial<Record<FirstKey, string | undefined>>>,
  log: Log,
  { catalog, occasion = START, stopping }: PrepareOptions = {},
): Promise<Prepared> {
  const used = catalog === undefined ? toldCatalog(config, log) : catalog;
  const deployment = await openDeployment(config, redisUrl, log, stopping);
  try {
    const versions = catalogVersions(deployment);
    const outcome = used === null ? null : await publishFolder(used, versions, occasion);
    const revoked: FirstKey[] = [];
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
    const [inEffect] = (await versions.list(null, 1)).versions;
    if (inEffect === undefined) throw nothingPublished();
    return { inEffect, catalog: outcome, revoked };
  } catch (error) {
    throw error instanceof Unavailable ? unreachable(redisUrl, error) : error;
  } finally {
    deployment.connection.close();
  }
}

/** The catalog of a start; its first warnings are told. */
export function toldCatalog(
  config: Pick<Config, 'PROFFER_CATALOG' | 'PROFFER_WEBHOOK_PRIVATE'>,
  log: Pick<Log, 'warn'>,
): UsableCatalog | FaultyFolder {
  const catalog = catalogAt(config.PROFFER_CATALOG, allowsPrivate(config));
  if (!('faults' in catalog)) tellWarnings(catalog, log);
  return catalog;
}

const START: Occasion = { when: 'start', isAlone: false };

const FIRST_KEYS = [
  ['writeKey', 'write'],
  ['browserKey', 'browser'],
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

function nothingPublished(): SetupFault {
  const way = 'publish one by starting once without PROFFER_PUBLISH=never';
  return new SetupFault(`no catalog is published, and the folder is left alone: ${way}`);
}
