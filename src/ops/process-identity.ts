// A pid alone does not name a process: it is given again, and a dead child that nobody reaps (init
// in many containers) still answers to `kill -0`. On Linux the kernel's start time tells them apart
// and the state tells a zombie; elsewhere the pid has to do.

import { readFileSync } from 'node:fs';

/** A process, as remembered; `startedAt` is the kernel's start tick, null where unknown. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string | null;
}

/** What there is to remember of a running process. */
export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, startedAt: readStat(pid)?.startedAt ?? null };
}

/** Whether that very process still runs; a zombie does not. */
export function isRunning(identity: ProcessIdentity): boolean {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const stat = readStat(identity.pid);
  if (stat === null) return process.platform !== 'linux';
  if (stat.state === 'Z' || stat.state === 'X') return false;
  return identity.startedAt === null || identity.startedAt === stat.startedAt;
}

/**
 * Sends a signal to that very process and, where it leads one, to its group. Nothing happens when
 * it is gone.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // No such group: the process itself is next. Gone meanwhile: all the better.
    }
  }
}

/** Waits until none of them runs; false when some still do after `deadlineMs`. */
export async function waitForEnd(
  processes: readonly ProcessIdentity[],
  deadlineMs: number,
): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  while (processes.some(isRunning)) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function readStat(pid: number): { state: string; startedAt: string } | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, parentheses too: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}
