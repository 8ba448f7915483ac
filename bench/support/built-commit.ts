// Another commit, built as its own people would: its files, the packages of its lock file, its build.
// Where the lock file is the same, the packages are this checkout's. A git worktree was rejected: a
// run that is killed would leave its entry in the repository.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BenchFault } from './bench-fault.ts';

export interface BuiltCommit {
  /** Abbreviated, as git has it. */
  readonly hash: string;
  /** What starts its gateway. */
  readonly main: string;
}

const BUILD = join('src', 'setup', 'build.mjs');
const run = promisify(execFile);

/**
 * @param root the checkout whose repository has the commit
 * @param folder where it goes: empty, removed by the caller
 * @throws BenchFault when there is no such commit, or it does not build
 */
export async function builtCommit(root: string, ref: string, folder: string): Promise<BuiltCommit> {
  const hash = await commitOf(root, ref);
  const files = join(folder, 'files.tar');
  await run('git', ['archive', '--format=tar', '-o', files, hash], { cwd: root });
  const checkout = join(folder, hash);
  await mkdir(checkout);
  await run('tar', ['-xf', files, '-C', checkout]);
  if (!existsSync(join(checkout, BUILD))) {
    throw new BenchFault(`${hash} is too old to compare with: it has no ${BUILD}`);
  }
  const [wanted, ours] = [checkout, root].map((at) =>
    readFileSync(join(at, 'package-lock.json'), 'utf8'),
  );
  if (samePackages(wanted!, ours!))
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  await build(checkout, hash);
  return { hash, main: join(checkout, 'dist', 'main.js') };
}

/** Whether two lock files ask for the same packages, whatever the project's own version is. */
export function samePackages(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => {
    const lock = JSON.parse(text);
    delete lock.version;
    delete lock.packages[''].version;
    return JSON.stringify(lock);
  });
  return a === b;
}

/** Builds a checkout, if it is not built; tells what it does on this process's stderr. */
export async function build(checkout: string, name: string): Promise<void> {
  const child = spawn(process.execPath, [BUILD], {
    cwd: checkout,
    stdio: ['ignore', process.stderr, 'inherit'],
    // With what it starts (npm), it ends when this process is interrupted.
    detached: true,
  });
  const killAll = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  // Before the folder is removed into which it writes.
  process.prependOnceListener('exit', killAll);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.removeListener('exit', killAll);
  if (code !== 0) throw new BenchFault(`${name} does not build: see above`);
}

/** @throws BenchFault when the repository does not have it, or there is no repository */
export async function commitOf(root: string, ref: string): Promise<string> {
  try {
    const asked = ['rev-parse', '--short', '--verify', '--end-of-options', `${ref}^{commit}`];
    return (await run('git', asked, { cwd: root })).stdout.trim();
  } catch {
    throw new BenchFault(
      `there is no commit ${ref} in this folder's history (a clone without history: git fetch ` +
        '--unshallow)',
    );
  }
}
