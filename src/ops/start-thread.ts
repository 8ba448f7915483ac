// Starts a module of ours in a thread. Built code is JavaScript and starts as it is; of sources (tests,
// benches) the thread's program is built first, once a process: Node 20 does not take a loader of
// TypeScript over into threads, and loading one anew costs each thread a third of a second of CPU.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { programFile, RUNS_SOURCES } from './project-files.ts';

const built = new Map<string, string>();

/**
 * @param path as `programFile` takes it
 * @param resourceLimits of its memory; over them it ends with ERR_WORKER_OUT_OF_MEMORY
 */
export function startThread(
  path: string,
  workerData: unknown,
  resourceLimits: ResourceLimits = {},
): Worker {
  const program = programFile(path);
  if (!RUNS_SOURCES) return new Worker(program, { workerData, resourceLimits });
  const options = { workerData, resourceLimits, execArgv: [] };
  return new Worker(codeOf(program), { eval: true, ...options });
}

/** CommonJS, as code that is no file has to be. */
function codeOf(program: URL): string {
  const known = built.get(program.href);
  if (known !== undefined) return known;
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(program)],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // Scripts are found from where the sources are.
    define: { 'import.meta.url': JSON.stringify(program.href) },
  });
  const code = outputFiles[0]!.text;
  built.set(program.href, code);
  return code;
}
