// src → dist with the project's compiler, when a source has changed. What has changed is told by
// content, not by time: a checkout sets all times anew.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, step } from './narrate.mjs';
import { projectRoot } from './project.mjs';

const dist = join(projectRoot, 'dist');
const stampPath = join(dist, '.stamp');

/** Whether dist was made from the sources as they are. */
export function distIsFresh() {
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stampOfSources();
}

/** Compiles, and removes what stems from sources that are gone. */
export async function compile() {
  await step('building', async () => {
    const stamp = stampOfSources();
    rmSync(stampPath, { force: true });
    // Outputs removed by hand would not come back while the compiler thinks they are there.
    rmSync(join(dist, '.tsbuildinfo'), { force: true });
    const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      failure: 'the build failed: see above',
      cwd: projectRoot,
    });
    for (const output of filesUnder(dist)) {
      const source = output.replace(/\.js(\.map)?$/, '.ts');
      if (source !== output && !existsSync(join(projectRoot, 'src', source))) {
        rmSync(join(dist, output));
      }
    }
    mkdirSync(dist, { recursive: true });
    writeFileSync(stampPath, stamp);
  });
}

function stampOfSources() {
  const hash = createHash('sha256');
  const sources = filesUnder(join(projectRoot, 'src')).filter((path) => path.endsWith('.ts'));
  const inputs = sources.map((path) => join('src', path));
  inputs.push('tsconfig.json', 'tsconfig.build.json', 'package-lock.json');
  for (const path of inputs) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(projectRoot, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Paths relative to the directory, sorted. */
function filesUnder(directory, prefix = '') {
  return readdirSync(join(directory, prefix), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(prefix, entry.name);
      return entry.isDirectory() ? filesUnder(directory, path) : [path];
    })
    .sort();
}
