// `PROFFER_PUBLISH=watch`: the folder is published whenever it was saved. What is wrong with it is printed
// as `catalog validate` prints it, and then nothing is published: what serves goes on.
//
//   waiting ──saved──► looked at ──faults, failing tests──► printed ──► waiting
//      ▲                   │ else published, or Redis is away: looked at again ─┐
//      └───────────────────┴──────────────────────────────────────────────────◄─┘
//
// It begins to look before the folder is read for the start, so that no save in between is missed, and
// publishes only once it was told to begin, when that start is over.

import { setTimeout as pause } from 'node:timers/promises';
import { formatFaults, formatWarnings } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import { watchFolder } from '../catalog/watch-folder.ts';
import type { Config } from '../config.ts';
import { TransientFault, Unavailable } from '../errors.ts';
import { type Log, silentLog } from '../ops/log.ts';
import { catalogVersions } from './catalog-versions.ts';
import { openDeployment } from './deployment.ts';
import { type UsableCatalog, usable } from './prepare-deployment.ts';
import { publishFolder } from './publish-folder.ts';
import { tellPublication } from './tell-publication.ts';

/** Between two tries while Redis is away; ms. */
const PAUSE_MS = 1_000;

export interface CatalogWatch {
  /** From now on, what was saved is published. */
  begin(): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

export interface WatchOptions {
  /** Told of each catalog that is current now. */
  readonly onPublished?: (catalog: UsableCatalog) => void;
  /** Takes faults, warnings and failing tests: a person reads them as they are. */
  readonly stderr?: { write(text: string): unknown };
}

/** @param redisUrl where it is published; a function where that is known only once it begins */
export function watchCatalog(
  config: Config,
  redisUrl: string | (() => string),
  log: Log,
  { onPublished = () => {}, stderr = process.stderr }: WatchOptions = {},
): CatalogWatch {
  const path = config.PROFFER_CATALOG;
  const stopping = new AbortController();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let underWay: Promise<void> = Promise.resolve();

  /** @returns whether it is done; false = Redis is away */
  const publishOnce = async (said: Set<string>): Promise<boolean> => {
    const loaded = loadCatalog(path);
    if (!loaded.ok) {
      stderr.write(`${formatFaults(loaded.faults)}\n`);
      const { length } = loaded.faults;
      log.warn(`${path} is not published: ${length === 1 ? '1 fault' : `${length} faults`}`);
      return true;
    }
    try {
      const catalog = usable(path, loaded);
      const url = typeof redisUrl === 'string' ? redisUrl : redisUrl();
      const deployment = await openDeployment(config, url, silentLog(), stopping.signal);
      try {
        const occasion = { when: 'saved', isAlone: false } as const;
        const outcome = await publishFolder(catalog, catalogVersions(deployment), occasion);
        if (catalog.warnings.length > 0) stderr.write(`${formatWarnings(catalog.warnings)}\n`);
        tellPublication(outcome, catalog, log, (line) => stderr.write(`${line}\n`));
        if (outcome.kind !== 'failing') onPublished(catalog);
      } finally {
        deployment.connection.close();
      }
      return true;
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof TransientFault)) throw error;
      if (!said.has(error.message)) log.warn(`${path} is not published yet: ${error.message}`);
      said.add(error.message);
      return false;
    }
  };

  const publish = async (): Promise<void> => {
    await begun;
    const said = new Set<string>();
    try {
      while (!stopping.signal.aborted && !(await publishOnce(said))) {
        await pause(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    } catch (error) {
      log.error({ err: error }, `${path} was saved and cannot be published`);
    }
  };

  const watch = watchFolder(path, () => {
    underWay = publish();
    return underWay;
  });
  return {
    begin,
    async stop() {
      watch.stop();
      stopping.abort();
      begin();
      await underWay;
    },
  };
}
