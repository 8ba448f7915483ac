// What `up` makes Redis ready with before its roles start, and puts back when Redis lost it: a private
// Redis that came back empty would leave every gateway that starts without a catalog, for ever.

import { setTimeout as pause } from 'node:timers/promises';
import { SetupFault, TransientFault, Unavailable } from '../errors.ts';
import type { Log } from '../ops/log.ts';

/** Between two tries; a try itself waits for Redis, too; ms. */
const PAUSE_MS = 500;

export interface PreparationParts<T> {
  /** Makes Redis ready. @throws TransientFault, Unavailable when the next try may succeed */
  prepare(): Promise<T>;
  /** Puts back what Redis lacks of it; what is there stays as it is. */
  restore(): Promise<void>;
  /** Nothing is tried any more once it aborts. */
  readonly stopping: AbortSignal;
  readonly log: Log;
}

export class Preparation<T> {
  private restoring: Promise<void> | null = null;

  constructor(private readonly parts: PreparationParts<T>) {}

  /**
   * Prepares; a Redis that is away is waited for. Each reason is logged once.
   * @throws SetupFault at once when an operator must mend something, or the last one at the deadline
   */
  async first(deadlineMs: number): Promise<T> {
    const { prepare, stopping, log } = this.parts;
    const endAtMs = performance.now() + deadlineMs;
    let said = '';
    for (;;) {
      if (stopping.aborted) throw new SetupFault('stopped while starting');
      try {
        return await prepare();
      } catch (error) {
        if (stopping.aborted) throw new SetupFault('stopped while starting');
        if (!mayPass(error) || performance.now() + PAUSE_MS > endAtMs) throw error;
        const why = reasonOf(error);
        if (why !== said) log.warn(`${why}: trying again`);
        said = why;
      }
      // A stop ends the pause, and the next look at `stopping` the tries.
      await pause(PAUSE_MS, undefined, { signal: stopping }).catch(() => {});
    }
  }

  /** Restores, once for all who ask meanwhile; what goes wrong is logged: the next end asks again. */
  again(): Promise<void> {
    this.restoring ??= this.restore().finally(() => {
      this.restoring = null;
    });
    return this.restoring;
  }

  private async restore(): Promise<void> {
    const { restore, stopping, log } = this.parts;
    if (stopping.aborted) return;
    try {
      await restore();
    } catch (error) {
      if (!stopping.aborted) log.error(`Redis cannot be prepared again: ${reasonOf(error)}`);
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof TransientFault || error instanceof Unavailable;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
