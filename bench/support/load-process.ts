// Runs loads in a process of their own, so that their CPU is not the server's.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Load, type LoadResult, run } from './load.ts';

type Wire = Omit<Load, 'requests'> & { readonly requests: readonly string[] };

/** One for all loads of a bench: a start costs more than a small load. Ends with this process. */
let child: ChildProcess | null = null;

/** One at a time. Requests are latin1 on the wire between the processes. */
export async function runInProcess(load: Load): Promise<LoadResult> {
  child ??= fork(fileURLToPath(import.meta.url), ['load'], { execArgv: ['--import', 'tsx'] });
  const wire: Wire = { ...load, requests: load.requests.map((r) => r.toString('latin1')) };
  child.send(wire);
  const [result] = (await once(child, 'message')) as [LoadResult];
  return result;
}

if (process.argv[2] === 'load' && process.send !== undefined) {
  process.once('disconnect', () => process.exit(0));
  process.on('message', async (wire: Wire) => {
    const requests = wire.requests.map((r) => Buffer.from(r, 'latin1'));
    process.send?.(await run({ ...wire, requests }));
  });
}
