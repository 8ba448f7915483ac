// Which processes belong to a data directory, on disk: when a supervisor and its lifeline were both
// killed, the next start on the same directory finds what they left, and ends it before it begins.
// Only the holder of the directory's lock reads or writes it.
//
// It is of use only after both were killed, so a disk that fills up must not end what it is about: what
// cannot be written is said once, and the next change tries again with all of it. A start on such a
// disk is another matter: nothing that follows could keep its data.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupFault } from '../errors.ts';
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
  /** Why what is on disk is behind; null when it is not. */
  private fault: string | null = null;
  private hasBegun = false;

  constructor(
    directory: string,
    private readonly log: Log,
  ) {
    this.path = join(directory, 'processes.json');
  }

  /** Begins the record of this run. @throws SetupFault when the directory takes no writes */
  begin(): void {
    this.write();
    if (this.fault !== null) throw new SetupFault(this.fault);
    this.hasBegun = true;
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
  async endLeftovers(drainDeadlineMs: number): Promise<void> {
    // Without a start time a pid proves nothing: rather leave a process than end a stranger's.
    const left = this.read().filter((p) => p.startedAt !== null && isRunning(p));
    for (const phase of ['first', 'last'] as const) {
      const processes = left.filter((p) => p.phase === phase);
      if (processes.length === 0) continue;
      const pids = processes.map((p) => p.pid).join(', ');
      this.log.warn(`ending what an earlier run left (${pids})`);
      for (const child of processes) signalProcess(child, 'SIGTERM');
      await waitForEnd(processes, phase === 'first' ? drainDeadlineMs : LAST_DEADLINE_MS);
      for (const child of processes) signalProcess(child, 'SIGKILL');
      await waitForEnd(processes, LAST_DEADLINE_MS);
    }
  }

  /** Forgets all; for the end of an orderly stop. */
  clear(): void {
    this.running.clear();
    this.attempt(() => rmSync(this.path, { force: true }));
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
    this.attempt(() => {
      writeFileSync(temporary, JSON.stringify([...this.running.values()]), { mode: 0o600 });
      renameSync(temporary, this.path);
    });
  }

  private attempt(change: () => void): void {
    try {
      change();
      this.fault = null;
    } catch (error) {
      const fault = `${this.path} cannot be written (${codeOf(error)})`;
      if (this.hasBegun && this.fault === null) this.log.warn(fault);
      this.fault = fault;
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
