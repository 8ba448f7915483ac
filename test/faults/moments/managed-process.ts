// A program of the service as an orchestrator has it: started, ended, held up, and started again
// until it runs. An end that nobody ordered is a fault of the program.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { waitFor } from '../../support/conditions.ts';

export interface Program {
  /** `gateway 1`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it writes is appended here. */
  readonly logPath: string;
  /** Whether it serves; asked until it says so. */
  isReady(): Promise<boolean>;
  /** Ended by itself, after it had been ready. */
  onUnexpectedEnd(message: string): void;
}

/** A start that fails (Redis is away, too) is tried again so soon, ms. */
const START_AGAIN_MS = 100;
const READY_DEADLINE_MS = 120_000;
/** Longest wait for one answer to whether it is ready, ms. */
const ANSWER_MS = 1_000;

export class ManagedProcess {
  /** Starts that ended before they were ready. */
  failedStarts = 0;
  private child: ChildProcess | null = null;
  private wanted = false;
  private wasReady = false;
  private starting: Promise<void> | null = null;
  /** Killed from here: whoever asked it to end meanwhile sees it end out of order. */
  private killed: ChildProcess | null = null;

  constructor(private readonly program: Program) {}

  get name(): string {
    return this.program.name;
  }

  get pid(): number {
    return this.child?.pid ?? -1;
  }

  /** It runs and was ready: what happens to it now is no start. */
  get isUp(): boolean {
    return this.child !== null && this.wanted && this.wasReady;
  }

  /** Starts it if it does not run, and waits until it is ready. */
  start(): Promise<void> {
    this.wanted = true;
    this.starting ??= this.untilReady().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  /** Ends it and waits; what it leaves undone is the point. */
  async kill(): Promise<void> {
    this.killed = this.child;
    await this.end('SIGKILL');
  }

  /** The same without waiting, for the end of this process. */
  killNow(): void {
    this.wanted = false;
    this.child?.kill('SIGKILL');
  }

  /** Asks it to end and waits. @throws Error when it does not, or not in order */
  async terminate(deadlineMs: number): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const wasReady = this.wasReady;
    await this.end('SIGTERM', deadlineMs);
    if (wasReady && child.exitCode !== 0 && this.killed !== child) {
      const how = child.exitCode ?? child.signalCode;
      throw new Error(`${this.name} ended with ${how} on SIGTERM\n${this.lastWords()}`);
    }
  }

  /** Holds it up where it is. */
  stop(): void {
    this.child?.kill('SIGSTOP');
  }

  continue(): void {
    this.child?.kill('SIGCONT');
  }

  /** The end of its log. */
  lastWords(): string {
    try {
      return readFileSync(this.program.logPath, 'utf8').slice(-1_500).trim();
    } catch {
      return '';
    }
  }

  private async end(signal: NodeJS.Signals, deadlineMs = 60_000): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (child === null) return;
    child.kill(signal);
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    await waitFor(`${this.name} to end on ${signal}`, isOver, deadlineMs);
  }

  private async untilReady(): Promise<void> {
    const isReady = async () => {
      if (!this.wanted) return 'given up';
      if (this.child === null) {
        this.spawn();
        await elapsed(START_AGAIN_MS);
      }
      const { child } = this;
      // A client may wait for ever for a process that was killed while it started.
      const asked = this.program.isReady();
      asked.catch(() => {});
      const isReady = await Promise.race([asked, elapsed(ANSWER_MS)]);
      if (isReady !== true || this.child !== child || child === null) return false;
      this.wasReady = true;
      return 'ready';
    };
    await waitFor(`${this.name} to be ready`, isReady, READY_DEADLINE_MS).catch((error) => {
      throw new Error(`${error.message}\n${this.lastWords()}`);
    });
  }

  private spawn(): void {
    const { command, args, env, logPath, onUnexpectedEnd } = this.program;
    const log = openSync(logPath, 'a');
    const child = spawn(command, args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.child = child;
    this.wasReady = false;
    child.once('exit', (code, signal) => {
      if (this.child === child) this.child = null;
      if (!this.wanted) return;
      if (this.wasReady) {
        onUnexpectedEnd(`${this.name} ended by itself (${signal ?? code})\n${this.lastWords()}`);
      } else this.failedStarts++;
    });
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
