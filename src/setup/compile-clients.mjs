// src/client → what pages and other programs load: the script of /v1/proffer.js, and the modules of the
// package with their types. A build of its own: it is for browsers, and small.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from './project.mjs';

const source = join(projectRoot, 'src', 'client');

/** What is loaded, by its name in dist/client, and the source of each. */
export const CLIENTS = {
  proffer: 'browser/script-tag.ts',
  browser: 'browser/proffer.ts',
  segment: 'segment/proffer-plugin.ts',
  node: 'node/proffer.ts',
};

/** What browsers of 2022 and later understand; esbuild's options. */
const FOR_PAGES = {
  bundle: true,
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  write: false,
  logLevel: 'warning',
  // Fields that are only declared cost no bytes.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
};
/**
 * Names by which the script's own parts call one another, and nobody else: they are shortened. None of
 * what is in JSON, in localStorage or of the browser.
 */
const INTERNAL =
  /^(visitor|poster|queue|listeners|known|shown|options|sent|decided|hasToken|another|doubt|login|rename|reopen|want|waitMs|inFlight|flush|node|listener)$/;
const FOR_TAG = { ...FOR_PAGES, format: 'iife', mangleProps: INTERNAL };
const FOR_NODE = { ...FOR_PAGES, minify: false, platform: 'node', target: 'node20' };

/** @param build esbuild's @returns path under dist/client and contents of each file */
export async function bundleClients(build) {
  const there = Object.entries(CLIENTS).filter(([, path]) => existsSync(join(source, path)));
  const files = there.map(async ([name, path]) => {
    const isTag = name === 'proffer';
    const { outputFiles } = await build({
      ...(isTag ? FOR_TAG : { ...(name === 'node' ? FOR_NODE : FOR_PAGES), format: 'esm' }),
      entryPoints: [join(source, path)],
    });
    const [{ text }] = outputFiles;
    return { name: `${name}.js`, contents: isTag ? await smaller(text) : text };
  });
  return Promise.all(files);
}

/** 5 % less, compressed, than esbuild alone: names are used again in inner functions. */
async function smaller(text) {
  const { minify } = await import('terser');
  const compress = {
    passes: 3,
    unsafe_arrows: true,
    unsafe_methods: true,
    pure_getters: true,
    keep_fargs: false,
  };
  const { code } = await minify(text, { ecma: 2020, toplevel: true, compress });
  return code;
}

/** Writes the types of all modules. @param folder dist/client/types, or what becomes of it */
export async function writeClientTypes(folder) {
  if (!existsSync(join(source, 'tsconfig.json'))) return;
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  const project = ['-p', join(source, 'tsconfig.json'), '--noEmit', 'false'];
  const output = ['--declaration', '--emitDeclarationOnly', '--outDir', folder];
  await promisify(execFile)(process.execPath, [
    join(dirname(manifest), 'bin', 'tsc'),
    ...project,
    ...output,
  ]);
}
