// Program: outlives a supervisor that was killed, and ends what it left behind. The supervisor tells
// it every child it starts; when its channel breaks, gateways and workers drain by themselves, and
// this process waits for them, then ends Redis, which has nobody of its own to tell it. Without it
// a `kill -9` of the supervisor would leave Redis running for ever.

import { isRunning, type ProcessIdentity, signalProcess, waitForEnd } from './process-identity.ts';

/** What the supervisor sends. Of the last phase is what others need until they have drained. */
export type LifelineMessage =
  | { readonly kind: 'started'; readonly child: ProcessIdentity; readonly phase: 'first' | 'last' }
  | { readonly kind: 'ended'; readonly pid: number }
  /** The supervisor ended everything itself. */
  | { readonly kind: 'done' };

const children = new Map<number, { child: ProcessIdentity; phase: 'first' | 'last' }>();
const drainDeadlineMs = Number(process.argv[2] ?? 10_000);

/** Longest wait after a SIGTERM that no deadline of the configuration covers; ms. */
const TERM_WAIT_MS = 5_000;

async function windDown(): Promise<void> {
  const first = phase('first');
  // They began when the channel broke; one that does not know gets a signal half-way.
  if (!(await waitForEnd(first, drainDeadlineMs / 2))) {
    for (const child of first) signalProcess(child, 'SIGTERM');
    await waitForEnd(first, drainDeadlineMs / 2);
  }
  for (const child of first.filter(isRunning)) signalProcess(child, 'SIGKILL');
  const last = phase('last');
  for (const child of last) signalProcess(child, 'SIGTERM');
  await waitForEnd(last, TERM_WAIT_MS);
  for (const child of last.filter(isRunning)) signalProcess(child, 'SIGKILL');
}

function phase(wanted: 'first' | 'last'): ProcessIdentity[] {
  return [...children.values()].filter((c) => c.phase === wanted).map((c) => c.child);
}

process.on('message', (message: LifelineMessage) => {
  switch (message.kind) {
    case 'started':
      children.set(message.child.pid, { child: message.child, phase: message.phase });
      break;
    case 'ended':
      children.delete(message.pid);
      break;
    case 'done':
      process.exit(0);
  }
});
process.once('disconnect', () => {
  void windDown().finally(() => process.exit(0));
});
// A terminal that closes, or an impatient `kill`, must not take the lifeline before the others.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Where the supervisor is gone already, the end of the channel says so.
process.send?.({ kind: 'ready' }, undefined, undefined, () => {});
