// Files of real behaviour that are kept beside the project; a test that lacks one says so and skips.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FOLDER =
  process.env.PROFFER_SHARED_DATA ??
  fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Where a file is meant to be, and whether it is there. */
export function sharedData(name: string): { readonly path: string; readonly isThere: boolean } {
  const path = join(FOLDER, name);
  const isThere = existsSync(path);
  if (!isThere) console.log(`no ${path}: what needs it is not tested here`);
  return { path, isThere };
}

/** Lines of a file that is zipped. */
export function linesOf(path: string): readonly string[] {
  return gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
}
