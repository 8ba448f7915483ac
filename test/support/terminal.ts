// A terminal as somebody has one open: a shell that keeps what it was taught, and what it shows.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from './conditions.ts';

export class Terminal {
  /** Both streams since something was typed, or since the last `clear`, in the order of a screen. */
  shown = '';
  private readonly shell: ChildProcess;

  /** @param env beside the PATH; nothing else is inherited */
  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.shell = spawn('bash', [], {
      ...{ cwd: folder, stdio: ['pipe', 'pipe', 'inherit'], detached: true },
      env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
    });
    this.shell.stdout!.on('data', (bytes) => {
      this.shown += bytes;
    });
    this.type('exec 2>&1');
  }

  clear(): void {
    this.shown = '';
  }

  /** What may go on for long. */
  type(script: string): void {
    this.clear();
    this.shell.stdin!.write(`${script}\n`);
  }

  /** Types a script and waits for its end. @returns what it showed */
  async run(script: string): Promise<string> {
    const end = 'that was all';
    this.type(`${script}\necho ${end}`);
    await waitFor(`the end of:\n${script}`, () => this.shown.endsWith(`${end}\n`));
    return this.shown.slice(0, -end.length - 1);
  }

  /** Ctrl-C, and the window is closed; waits until all in it has ended. */
  async end(): Promise<void> {
    const { pid } = this.shell;
    if (pid === undefined || this.shell.exitCode !== null || this.shell.signalCode !== null) return;
    const ended = once(this.shell, 'exit');
    this.shell.stdin!.end();
    process.kill(-pid, 'SIGINT');
    await ended;
  }
}
