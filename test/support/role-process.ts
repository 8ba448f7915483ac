// `proffer gateway` or `proffer worker` run alone, as in a deployment of several machines.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from './conditions.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface RoleProcess {
  readonly child: ChildProcess;
  readonly url: string;
  output(): string;
  /** The signal, then waits for its end; the exit code, or the signal's name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/**
 * @param port where /readyz is answered; it is waited for
 * @param folder of the program: dist and what it reads
 */
export async function startRole(
  role: 'gateway' | 'worker',
  port: number,
  env: Readonly<Record<string, string>>,
  folder = ROOT,
): Promise<RoleProcess> {
  const portKnob = role === 'gateway' ? 'PROFFER_PORT' : 'PROFFER_WORKER_PORT';
  const child = spawn(process.execPath, [join(folder, 'dist/main.js'), role], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', [portKnob]: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes;
    });
  }
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor(
      `/readyz of the ${role}`,
      async () => ended() || (await fetch(`${url}/readyz`)).status === 200,
    );
    if (ended()) throw new Error(`it ended with ${child.exitCode}`);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`the ${role} did not become ready:\n${output}`, { cause: error });
  }
  return {
    ...{ child, url },
    output: () => output,
    async stop(signal = 'SIGTERM') {
      process.removeListener('exit', killWithParent);
      if (!ended()) {
        const exit = once(child, 'exit');
        child.kill(signal);
        await exit;
      }
      return child.exitCode ?? child.signalCode ?? 'unknown';
    },
  };
}
