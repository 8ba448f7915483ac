// What processes there are, from /proc (Linux) or ps.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One running process; zombies are not listed. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
}

/** Every process of this machine. */
export function runningProcesses(): readonly RunningProcess[] {
  // Tests ask again and again, and to start `ps` costs more than to look.
  return process.platform === 'linux' ? fromProc() : fromPs();
}

function fromProc(): readonly RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // Its name is in parentheses, and may have some itself.
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      const commandLine = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      found.push({
        pid: Number(name),
        parent: Number(parent),
        commandLine: commandLine.replaceAll('\0', ' ').trim(),
      });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

function fromPs(): readonly RunningProcess[] {
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
