// Programs of tests that are started again and again, built as the product is: from its sources one
// takes most of a second of CPU to start, and a test file starts dozens. Needs the build, for the
// programs of the product that it starts itself.

import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { afterAll } from 'vitest';

const COMPILE = new URL('../../src/setup/compile.mjs', import.meta.url).href;
const { BUNDLE } = (await import(COMPILE)) as { readonly BUNDLE: BuildOptions };
/** In the project, where the packages that are not built in are found. */
const FOLDER = fileURLToPath(new URL(`../../.cache/programs-${process.pid}`, import.meta.url));
const built = new Map<string, string>();

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** The path of what `node` runs for a TypeScript program; it is there until the test file ends. */
export function builtProgram(source: URL): string {
  const known = built.get(source.href);
  if (known !== undefined) return known;
  const entry = fileURLToPath(source);
  const outfile = join(FOLDER, `${built.size}-${basename(entry, '.ts')}.mjs`);
  buildSync({ ...BUNDLE, entryPoints: [entry], outfile });
  built.set(source.href, outfile);
  return outfile;
}
