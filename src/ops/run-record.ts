// Which processes belong to a data directory, on disk: when a supervisor and its lifeline were both
// killed, the next start on the same directory finds what they left, and ends it before it begins.
// Only the holder of the directory's lock reads or writes it.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log.ts';
import { isRunning, type ProcessIdentity, signalProcess, waitForEnd } from './process-identity.ts';

/** Longest wait for a left-over Redis to save and end; ms. */
const LAST_DEADLINE_MS = 10_000;

interface Recorded extends ProcessIdentity {
  readonly phase: 'first' | 'last';
}

/** The record of one data directory. */
export class RunRecord {
  private readonly path: string;
  private readonly running = new Map<number, Recorded>();

  constructor(directory: string) {
    this.path = join(directory, 'processes.json');
  }

  started(child: ProcessIdentity, phase: 'first' | 'last'): void {
    this.running.set(child.pid, { ...child, phase });
    this.write();
  }

  ended(pid: number): void {
    this.running.delete(pid);
    this.write();
  }

  /** Ends what an earlier run left running: first those that drain, then what they need. */
  async endLeftovers(log: Log, drainDeadlineMs: number): Promise<void> {
    // Without a start time a pid proves nothing: rather leave a process than end a stranger's.
    const left = this.read().filter((p) => p.startedAt !== null && isRunning(p));
    for (const phase of ['first', 'last'] as const) {
      const processes = left.filter((p) => p.phase === phase);
      if (processes.length === 0) continue;
      const pids = processes.map((p) => p.pid).join(', ');
      log.warn(`ending what an earlier run left (${pids})`);
      for (const child of processes) signalProcess(child, 'SIGTERM');
      await waitForEnd(processes, phase === 'first' ? drainDeadlineMs : LAST_DEADLINE_MS);
      for (const child of processes) signalProcess(child, 'SIGKILL');
      await waitForEnd(processes, LAST_DEADLINE_MS);
    }
  }

  /** Forgets all; for the end of an orderly stop. */
  clear(): void {
    this.running.clear();
    rmSync(this.path, { force: true });
  }

  private read(): readonly Recorded[] {
    try {
      const recorded = JSON.parse(readFileSync(this.path, 'utf8')) as Recorded[];
      return recorded.filter((p) => Number.isInteger(p.pid) && p.pid > 1);
    } catch {
      return [];
    }
  }

  private write(): void {
    const temporary = `${this.path}.new`;
    writeFileSync(temporary, JSON.stringify([...this.running.values()]), { mode: 0o600 });
    renameSync(temporary, this.path);
  }
}
