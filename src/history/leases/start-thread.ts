// Starts a module of ours in a thread. Built code is JavaScript and starts as it is; sources (tests,
// benches) need the loader that runs TypeScript, which Node 20 does not take over into threads.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { programFile, RUNS_SOURCES } from '../../ops/project-files.ts';

/** @param path as `programFile` takes it */
export function startThread(path: string, workerData: unknown): Worker {
  const program = programFile(path);
  if (!RUNS_SOURCES) return new Worker(program, { workerData });
  const entry = createRequire(import.meta.url).resolve('tsx/esm/api');
  // The CommonJS twin that `require` finds looks for its hooks in a folder that is not there.
  const loader = pathToFileURL(entry.replace(/\.cjs$/, '.mjs')).href;
  const start = `import(${JSON.stringify(loader)}).then((tsx) => {
    tsx.register();
    return import(${JSON.stringify(program.href)});
  })`;
  return new Worker(start, { eval: true, workerData, execArgv: [] });
}
