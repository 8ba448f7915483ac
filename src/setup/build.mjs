// `npm run build`: dependencies and dist, each only when it is out of date.

import { compile, distIsFresh } from './compile.mjs';
import { dependenciesAreInstalled, installDependencies } from './dependencies.mjs';
import { main } from './narrate.mjs';
import { checkNodeVersion } from './node-version.mjs';
import { isProgram } from './project.mjs';
import { withSetupLock } from './setup-lock.mjs';

/** Makes dist ready to run. */
export async function prepareProgram() {
  checkNodeVersion();
  if (dependenciesAreInstalled() && distIsFresh()) return;
  await withSetupLock(async () => {
    if (!dependenciesAreInstalled()) await installDependencies();
    if (!distIsFresh()) await compile();
  });
}

if (isProgram(import.meta.url)) await main(prepareProgram);
