// What processes there are, from /proc (Linux) or ps.

import { execFileSync } from 'node:child_process';

/** One running process; zombies are not listed. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
}

/** Every process of this machine. */
export function runningProcesses(): readonly RunningProcess[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const found: RunningProcess[] = [];
  for (const line of table.split('\n')) {
    const parts = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (parts === null || parts[3]!.startsWith('Z')) continue;
    found.push({ pid: Number(parts[1]), parent: Number(parts[2]), commandLine: parts[4]! });
  }
  return found;
}

/** The processes below one, children of children too. */
export function descendants(pid: number): readonly RunningProcess[] {
  const all = runningProcesses();
  const below: RunningProcess[] = [];
  const parents = [pid];
  while (parents.length > 0) {
    const parent = parents.pop();
    for (const process of all) {
      if (process.parent !== parent) continue;
      below.push(process);
      parents.push(process.pid);
    }
  }
  return below;
}
