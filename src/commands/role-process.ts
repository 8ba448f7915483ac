// What gateways and workers have in common as processes: they tell their supervisor that they are
// ready, and end when it, or a signal, says so, or when it vanishes.

import type { Channel } from '../ops/metrics-exchange.ts';
import { listenForStop } from '../ops/stop-signals.ts';

/** The channel to the supervisor, null when this process has none. */
export function supervisorChannel(): Channel | null {
  if (process.send === undefined) return null;
  return {
    send: (message) => tellSupervisor(message),
    onMessage: (listener) => {
      process.on('message', listener);
    },
  };
}

/**
 * Tells the supervisor something; nothing happens where there is none. One that vanishes meanwhile
 * is seen by the end of the channel: a failed write must not end this process before it drained.
 */
export function tellSupervisor(message: unknown): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/**
 * Resolves at the first signal to stop, or when the supervisor is gone; a later signal, while the
 * role drains, ends it at once with exit code 1.
 */
export function untilStopped(): Promise<void> {
  const signals = listenForStop();
  signals.onInsisted(() => process.exit(1));
  return new Promise((resolve) => {
    signals.first.then(() => resolve());
    process.once('disconnect', () => resolve());
    // It vanished while this role was starting.
    if (process.send !== undefined && !process.connected) resolve();
  });
}
