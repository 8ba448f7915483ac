// `proffer up`: what the supervisor needs from the composition root.

import { fileURLToPath } from 'node:url';
import { prepareDeployment } from '../compose-deployment.ts';
import type { Config } from '../config.ts';
import { createLog } from '../ops/log.ts';
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
  // Published once, here, and not by every gateway again.
  return runUp(
    { ...config, PROFFER_PUBLISH: 'never' },
    {
      async prepare(prepared, keys) {
        await prepareDeployment(prepared, redisUrl(prepared), keys, log);
        return prepared.PROFFER_CATALOG.includes('retail') ? RETAIL_EXAMPLE : null;
      },
      mainPath: fileURLToPath(programFile('main')),
      log,
      environment: process.env,
      print: (text) => process.stdout.write(`${text}\n`),
    },
  );
}
