// Paths are meant from where they were typed. `npm run proffer -- …` goes to the folder of the package
// first, and says in INIT_CWD where it came from; without npm nothing is to be done.
//
// Goes there instead of putting folders before paths: what is printed then names files as they were typed.

import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';

/** What npm says of the script that it runs. */
type NpmEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Goes to the folder that the caller of `npm run proffer` is in.
 * @returns the configuration, with the same data directory as before
 */
export function inCallersFolder(config: Config, npm: NpmEnvironment = process.env): Config {
  const { INIT_CWD: folder, npm_lifecycle_event: script, npm_package_json: file } = npm;
  const here = process.cwd();
  // What another script of npm started has these variables, too, and is not meant.
  const isOurs = script === 'proffer' && file === join(here, 'package.json');
  if (!isOurs || folder === undefined || folder === here) return config;
  try {
    process.chdir(folder);
  } catch {
    return config;
  }
  return { ...config, PROFFER_DATA_DIR: resolve(here, config.PROFFER_DATA_DIR) };
}
