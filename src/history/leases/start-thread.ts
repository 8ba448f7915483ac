// Starts a module of ours in a thread. Built code is JavaScript and starts as it is; sources (tests,
// benches) need the loader that runs TypeScript, which Node 20 does not take over into threads.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

/** @param name file name in this folder, without extension */
export function startThread(name: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL(`./${name}.js`, import.meta.url), { workerData });
  }
  const entry = createRequire(import.meta.url).resolve('tsx/esm/api');
  // The CommonJS twin that `require` finds looks for its hooks in a folder that is not there.
  const loader = pathToFileURL(entry.replace(/\.cjs$/, '.mjs')).href;
  const module = new URL(`./${name}.ts`, import.meta.url).href;
  const start = `import(${JSON.stringify(loader)}).then((tsx) => {
    tsx.register();
    return import(${JSON.stringify(module)});
  })`;
  return new Worker(start, { eval: true, workerData, execArgv: [] });
}
