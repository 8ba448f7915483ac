// `proffer up`: what the supervisor needs from the composition root.

import { fileURLToPath } from 'node:url';
import { CatalogWatch } from '../compose/catalog-watch.ts';
import { prepareDeployment, toldCatalog } from '../compose/prepare-deployment.ts';
import type { FaultyFolder, FolderCatalog } from '../compose/publish-folder.ts';
import { tellPublication } from '../compose/tell-publication.ts';
import type { Config } from '../config.ts';
import { createLog, silentLog } from '../ops/log.ts';
import { programFile } from '../ops/project-files.ts';
import { redisUrl } from './redis-url.ts';
import { runUp } from './up.ts';

/** Answered with an offer right away: a new member reaches a tier. */
const RETAIL_EXAMPLE = {
  path: '/v1/track',
  body: { userId: 'first', event: 'Points Earned', properties: { points: 1200 } },
};

/** Runs until it is told to stop. @returns the exit code */
export async function runUpCommand(config: Config): Promise<number> {
  const log = createLog({ name: 'up', level: config.PROFFER_LOG_LEVEL });
  const publishes = config.PROFFER_PUBLISH !== 'never';
  // What is read at the start, or published since, is what is put back later: the files may be half
  // edited by then.
  let catalog: FolderCatalog | FaultyFolder | null = null;
  let url = '';
  let begun = false;
  const watch =
    config.PROFFER_PUBLISH === 'watch'
      ? new CatalogWatch(config, () => url, log, { onPublished: (saved) => (catalog = saved) })
      : null;
  // A private Redis is nobody else's.
  const isAlone = config.REDIS_URL === undefined;
  try {
    return await runUp(config, {
      async prepare(prepared, keys, stopping) {
        url = redisUrl(prepared);
        if (catalog === null && publishes) {
          catalog = toldCatalog(prepared, log);
        }
        // Why Redis cannot be reached is in what is thrown; each try again would say it many times.
        const occasion = { when: 'start', isAlone } as const;
        const options = { catalog, stopping, occasion };
        const done = await prepareDeployment(prepared, url, keys, silentLog(), options);
        if (done.catalog !== null && !begun) tellPublication(done.catalog, catalog!, log);
        begun = true;
        watch?.begin();
        const { publication, name } = done.inEffect;
        const { catalog: became } = done;
        const isFolder =
          became !== null && 'publication' in became && became.publication === publication;
        const folder = isFolder ? prepared.PROFFER_CATALOG : null;
        const example = name === 'retail' ? RETAIL_EXAMPLE : null;
        return { catalog: { publication, name, folder }, example, revoked: done.revoked };
      },
      async restore(prepared, keys, stopping) {
        // It may be mended by now, and nothing else can be put back.
        if (catalog !== null && 'faults' in catalog) {
          catalog = toldCatalog(prepared, log);
        }
        const options = { catalog, stopping, occasion: { when: 'lost', isAlone } as const };
        const outcome = await prepareDeployment(prepared, url, keys, silentLog(), options);
        if (outcome.catalog?.kind === 'published')
          log.warn('Redis had lost keys and catalog: they are back');
      },
      mainPath: fileURLToPath(programFile('main')),
      log,
      environment: process.env,
      print: (text) => process.stdout.write(`${text}\n`),
      isTerminal: process.stdout.isTTY === true,
    });
  } finally {
    await watch?.stop();
  }
}
