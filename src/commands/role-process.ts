// What gateways and workers have in common as processes: they tell their supervisor that they are
// ready, and end when it, or a signal, says so, or when it vanishes.

import type { Channel } from '../ops/metrics-exchange.ts';

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

/** Resolves at the first SIGTERM or SIGINT, or when the supervisor is gone. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
