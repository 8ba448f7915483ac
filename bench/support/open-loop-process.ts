// Runs phases of load in a process of its own, so that its CPU is not the server's.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type OpenLoopPlan, type OpenLoopResult, openLoop } from './open-loop.ts';

type Message =
  | { readonly kind: 'phase'; readonly index: number }
  | { readonly kind: 'done'; readonly result: OpenLoopResult };

export interface LoadProcess {
  readonly pid: number;
  readonly result: Promise<OpenLoopResult>;
}

/** @param onPhase as for `openLoop` */
export function startOpenLoop(plan: OpenLoopPlan, onPhase: (index: number) => void): LoadProcess {
  const child = fork(fileURLToPath(import.meta.url), ['open-loop'], {
    execArgv: ['--import', 'tsx'],
    // Outcomes are byte arrays.
    serialization: 'advanced',
  });
  const result = new Promise<OpenLoopResult>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.kind === 'phase') onPhase(message.index);
      else {
        child.disconnect();
        resolve(message.result);
      }
    });
    child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)));
  });
  child.send(plan);
  return { pid: child.pid ?? -1, result };
}

if (process.argv[2] === 'open-loop' && process.send !== undefined) {
  process.once('message', async (plan: OpenLoopPlan) => {
    const send = (message: Message) => process.send?.(message);
    const result = await openLoop(plan, (index) => send({ kind: 'phase', index }));
    send({ kind: 'done', result });
  });
  process.once('disconnect', () => process.exit(0));
}
