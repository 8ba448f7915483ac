// `proffer up`: what the supervisor needs from the composition root.

import { fileURLToPath } from 'node:url';
import {
  prepareDeployment,
  tellWarnings,
  type UsableCatalog,
  usableCatalog,
} from '../compose/prepare-deployment.ts';
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
  // What is read at the start is what is put back later: the files may be half edited by then.
  let catalog: UsableCatalog | null = null;
  // Published once, here, and not by every gateway again.
  return runUp(
    { ...config, PROFFER_PUBLISH: 'never' },
    {
      async prepare(prepared, keys, stopping) {
        if (catalog === null) {
          catalog = usableCatalog(prepared.PROFFER_CATALOG);
          tellWarnings(catalog, log);
        }
        // Why Redis cannot be reached is in what is thrown; each try again would say it many times.
        const options = { catalog, stopping };
        const url = redisUrl(prepared);
        const { revoked } = await prepareDeployment(prepared, url, keys, silentLog(), options);
        const isRetail = prepared.PROFFER_CATALOG.includes('retail');
        return { example: isRetail ? RETAIL_EXAMPLE : null, revoked };
      },
      async restore(prepared, keys, stopping) {
        if (catalog === null) return;
        const options = { catalog, stopping, onlyIfNone: true };
        const url = redisUrl(prepared);
        const outcome = await prepareDeployment(prepared, url, keys, silentLog(), options);
        if (outcome.catalog !== 'kept') log.warn('Redis had lost keys and catalog: they are back');
      },
      mainPath: fileURLToPath(programFile('main')),
      log,
      environment: process.env,
      print: (text) => process.stdout.write(`${text}\n`),
      isTerminal: process.stdout.isTTY === true,
    },
  );
}
