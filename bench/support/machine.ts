// What a number was measured on.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** Machine and commit in one line, for a run that is looked at and not kept. */
export function machine(): string {
  return `${host()}, commit ${commit()}`;
}

/** Cores, memory, versions. */
export function host(): string {
  const redis = output('redis-server', ['--version']).match(/v=([\d.]+)/)?.[1] ?? 'none';
  return (
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), ` +
    `${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, Redis ${redis}`
  );
}

/** How busy the machine is, everything that runs on it: above 1 a core others were waited for. */
export function noise(): string {
  const [minute, , quarter] = loadavg();
  const per = (load: number) => (load / cpus().length).toFixed(1);
  return `load a core: ${per(minute!)} in the last minute, ${per(quarter!)} in the last quarter`;
}

/** What is measured: the commit, and whether the folder has something else than it says. */
export function commit(): string {
  const hash = output('git', ['rev-parse', '--short', 'HEAD']).trim() || 'unknown';
  const measured = ['src', 'lua', 'bench', 'examples', 'package.json'];
  const changes = output('git', ['status', '--porcelain', '--', ...measured]).trim();
  return changes === '' ? hash : `${hash} + changes`;
}

function output(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

/** CPU seconds (user and system) that a process has used so far; Linux only, NaN elsewhere. */
export function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** A 32-bit FNV-1a of results, so that nobody speeds a bench up by changing the answer. */
export function resultHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
