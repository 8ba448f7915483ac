// src → dist, when a source has changed. What has changed is told by content, not by time: a checkout
// sets all times anew.
//
// The sources and the packages they import become a few files: to find and load a thousand of them is
// most of what the start of a gateway costs otherwise. What has native code or files of its own stays
// in node_modules. Types are the linter's business.

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { bundleClients, writeClientTypes } from './compile-clients.mjs';
import { SetupFault, step } from './narrate.mjs';
import { projectRoot } from './project.mjs';

const dist = join(projectRoot, 'dist');
const stampPath = join(dist, '.stamp');

/** What is started as a process or a thread: `programFile` names them. */
const PROGRAMS = [
  'main',
  'ops/lifeline',
  'partitions/lease-thread',
  'compose/catalog-check-thread',
];
const APART = ['uWebSockets.js', 'chdb', 'lz4-napi', 'rapidoc'];
/** CommonJS packages among ES modules look for these. */
const COMMONJS = `import { createRequire as createRequire_ } from 'node:module';
import { fileURLToPath as fileURLToPath_ } from 'node:url';
const require = createRequire_(import.meta.url);
const __filename = fileURLToPath_(import.meta.url);
const __dirname = fileURLToPath_(new URL('.', import.meta.url));`;

/** How sources become one file with their packages; esbuild's options. */
export const BUNDLE = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: APART.flatMap((name) => [name, `${name}/*`]),
  banner: { js: COMMONJS },
  logLevel: 'warning',
};

/** Whether dist was made from the sources as they are. */
export function distIsFresh() {
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stampOfSources();
}

/** Builds dist anew, and puts it in place when it is whole. */
export async function compile() {
  await step('building', async () => {
    const stamp = stampOfSources();
    const next = join(projectRoot, '.cache', 'dist');
    rmSync(next, { recursive: true, force: true });
    const types = join(next, 'client', 'types');
    const [programs, clients] = await faultsShown(() =>
      Promise.all([bundle(), bundleAllClients(), writeClientTypes(types)]),
    );
    for (const { path, contents } of programs) write(join(next, relative(dist, path)), contents);
    for (const { name, contents } of clients) write(join(next, 'client', name), contents);
    writeFileSync(join(next, '.stamp'), stamp);
    rmSync(dist, { recursive: true, force: true });
    renameSync(next, dist);
  });
}

// esbuild is asked for only here: before the packages are installed there is none.

async function bundle() {
  const { build } = await import('esbuild');
  const programs = PROGRAMS.map((name) => join(projectRoot, 'src', `${name}.ts`));
  const { outputFiles } = await build({
    ...BUNDLE,
    entryPoints: programs.filter((path) => existsSync(path)),
    ...{ outdir: dist, outbase: join(projectRoot, 'src'), write: false },
    ...{ splitting: true, chunkNames: 'parts/[name]-[hash]' },
    ...{ sourcemap: true, sourcesContent: false },
  });
  return outputFiles;
}

async function bundleAllClients() {
  const { build } = await import('esbuild');
  return bundleClients(build);
}

async function faultsShown(make) {
  try {
    return await make();
  } catch (error) {
    // Faults of the sources were shown; anything else (esbuild does not run here) was not.
    const shown = error.errors !== undefined;
    const said = shown ? 'see above' : error.stdout || error.message;
    throw new SetupFault(`the build failed: ${said}`);
  }
}

function write(file, contents) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

function stampOfSources() {
  const hash = createHash('sha256');
  const sources = filesUnder(join(projectRoot, 'src')).filter((path) => /\.(ts|mjs)$/.test(path));
  const inputs = sources.map((path) => join('src', path));
  inputs.push('package-lock.json');
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
