// Where the project's own files are, seen from its sources and from what is built of them: the parts
// of a build do not lie where their sources did.

import { existsSync } from 'node:fs';

/** Tests and benches run the sources; everything else runs what was built. */
export const RUNS_SOURCES: boolean = import.meta.url.endsWith('.ts');

const ROOT = rootAbove(new URL('.', import.meta.url));

/** A file of the project, e.g. `lua/commit.lua`; of a folder with a slash at its end. */
export function projectFile(path: string): URL {
  return new URL(path, ROOT);
}

/**
 * A program of ours to be started: built, or its source.
 * @param path of its source under src, without extension, e.g. `ops/lifeline`
 */
export function programFile(path: string): URL {
  return projectFile(RUNS_SOURCES ? `src/${path}.ts` : `dist/${path}.js`);
}

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  const parent = new URL('..', folder);
  if (parent.href === folder.href) throw new Error('the project has no package.json');
  return rootAbove(parent);
}
