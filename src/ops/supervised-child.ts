// One child process that is kept running.
//
//   idle ─ start ─► starting ─ ready ─► ready ─┐ ended
//                      ▲  └──── ended ────┐    │
//                      └── after a pause ─ waiting ◄┘        stop, from anywhere ─► stopped
//
// The child leads a process group of its own, so that a terminal's Ctrl-C reaches it through its
// supervisor, in order. `exit` is what counts as its end, not `close`: a grandchild may hold pipes.

import { type ChildProcess, spawn } from 'node:child_process';
import { SetupFault } from '../errors.ts';
import type { Log } from './log.ts';
import type { Channel } from './metrics-exchange.ts';
import { identifyProcess, type ProcessIdentity, signalProcess } from './process-identity.ts';

/** How to run a child. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * `ipc`: the child has a channel and sends `{kind:'ready'}`; it may send
   * `{kind:'fault', message, transient}` before it exits: when an operator must mend something, or,
   * `transient`, when the next start may succeed.
   * A function: resolves when the child serves; stops trying when the signal aborts.
   */
  readonly ready: 'ipc' | ((abort: AbortSignal) => Promise<void>);
  /** Called before every start, when no process of it runs. Must not throw. */
  readonly beforeStart?: () => void;
  /**
   * Called before the next start when it was ready once and now ended with a fault that is not
   * transient: what it met may be mended from here. Must not reject.
   */
  readonly mend?: () => Promise<void>;
  /** Called whenever it is ready after it had ended. Must not throw. */
  readonly onReadyAgain?: () => void;
  /** Called with every new process, before anything else can happen to it. */
  readonly onSpawn?: (identity: ProcessIdentity, channel: Channel | null) => void;
  /** Called when a process that was announced by `onSpawn` has ended. */
  readonly onEnd?: (identity: ProcessIdentity, channel: Channel | null) => void;
}

/** First pause before a restart; doubles with every failure in a row; ms. */
const PAUSE_MIN_MS = 100;
/** Longest pause before a restart; ms. */
const PAUSE_MAX_MS = 2_000;
/** A child that ended so often before it was ever ready will not be by trying on. */
const STARTS_MAX = 5;
/** A child that ran for so long is healthy: its next end is the first of a new row; ms. */
const HEALTHY_AFTER_MS = 5_000;
/** After the deadline's SIGKILL: longest wait for the kernel to end the process; ms. */
const KILL_WAIT_MS = 2_000;

type Listener = (fault: SetupFault | null) => void;
type Message = {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly transient?: unknown;
};

/** A child process that is restarted whenever it ends, until it is stopped. */
export class SupervisedChild {
  private process: ChildProcess | null = null;
  private identity: ProcessIdentity | null = null;
  private pause: NodeJS.Timeout | null = null;
  private failures = 0;
  private stopping = false;
  private everReady = false;
  /** Why it could not start, where that may pass: it is tried until the deadline. */
  private trouble: string | null = null;
  /** Whether the process of the moment said that an operator must mend something. */
  private isFaulty = false;
  private firstReady: Listener[] = [];
  private ended: Array<() => void> = [];

  constructor(
    private readonly spec: ChildSpec,
    private readonly log: Log,
  ) {}

  /** The process of the moment, null between two. */
  get pid(): number | null {
    return this.process?.pid ?? null;
  }

  /**
   * Starts it and waits until it is ready for the first time; ends before that are tried again.
   * @throws SetupFault the child's own, or when it was not ready within the deadline, or after
   *   `STARTS_MAX` tries that nothing transient explains
   */
  async start(deadlineMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const seconds = Math.round(deadlineMs / 1_000);
        const why = this.trouble === null ? '' : `: ${this.trouble}`;
        reject(new SetupFault(`${this.spec.name} was not ready within ${seconds} s${why}`));
      }, deadlineMs);
      this.firstReady.push((fault) => {
        clearTimeout(timer);
        if (fault === null) resolve();
        else reject(fault);
      });
      this.launch();
    });
  }

  /** Asks it to end with SIGTERM, ends it with SIGKILL at the deadline, and waits for its end. */
  async stop(deadlineMs: number): Promise<void> {
    this.stopping = true;
    if (this.pause !== null) clearTimeout(this.pause);
    this.settleFirst(new SetupFault(`${this.spec.name} was stopped while starting`));
    if (!(await this.endWith('SIGTERM', deadlineMs))) {
      this.log.warn(`${this.spec.name} did not end within ${deadlineMs} ms: killed`);
      await this.endWith('SIGKILL', KILL_WAIT_MS);
    }
  }

  /** Ends it at once. `stop` still has to be called (or be under way). */
  kill(): void {
    this.stopping = true;
    if (this.identity !== null) signalProcess(this.identity, 'SIGKILL');
  }

  private async endWith(signal: NodeJS.Signals, deadlineMs: number): Promise<boolean> {
    const { identity } = this;
    if (this.process === null || identity === null) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadlineMs);
      this.ended.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      signalProcess(identity, signal);
    });
  }

  private launch(): void {
    this.pause = null;
    if (this.stopping) return;
    const { spec } = this;
    const ipc = spec.ready === 'ipc';
    spec.beforeStart?.();
    const child = spawn(spec.command, spec.args, {
      detached: true,
      env: spec.env,
      stdio: ['ignore', 'inherit', 'inherit', ...(ipc ? (['ipc'] as const) : [])],
    });
    child.on('error', (error) => {
      // Only a spawn that failed has no pid; other errors are those of a signal or the channel.
      if (child.pid === undefined) this.onEnd(child, null, error.message);
    });
    if (child.pid === undefined) return;
    this.process = child;
    const identity = identifyProcess(child.pid);
    this.identity = identity;
    const channel = ipc ? channelOf(child) : null;
    spec.onSpawn?.(identity, channel);
    const life = new AbortController();
    const startedAtMs = performance.now();
    if (spec.ready === 'ipc') this.awaitMessages(child);
    else {
      spec.ready(life.signal).then(
        () => this.onReady(child),
        () => {},
      );
    }
    child.on('exit', (exitCode, signal) => {
      life.abort();
      if (performance.now() - startedAtMs > HEALTHY_AFTER_MS) this.failures = 0;
      spec.onEnd?.(identity, channel);
      this.onEnd(child, identity, signal ?? `exit code ${exitCode}`);
    });
  }

  private awaitMessages(child: ChildProcess): void {
    child.on('message', (message: Message | null) => {
      if (message?.kind === 'ready') this.onReady(child);
      if (message?.kind === 'fault') this.onFault(String(message.message), !!message.transient);
    });
  }

  private onFault(text: string, isTransient: boolean): void {
    if (!this.everReady && !isTransient) {
      this.settleFirst(new SetupFault(text));
      return;
    }
    this.log.error(`${this.spec.name}: ${text}`);
    if (isTransient) this.trouble = text;
    else this.isFaulty = true;
  }

  private onReady(child: ChildProcess): void {
    if (this.process !== child || this.stopping) return;
    const isFirst = !this.everReady;
    const again = isFirst ? '' : ' again';
    this.log.info({ child: child.pid }, `${this.spec.name} is ready${again}`);
    this.everReady = true;
    this.trouble = null;
    this.settleFirst(null);
    if (!isFirst) this.spec.onReadyAgain?.();
  }

  private onEnd(child: ChildProcess, identity: ProcessIdentity | null, how: string): void {
    if (identity !== null && this.process !== child) return;
    this.process = null;
    this.identity = null;
    for (const listener of this.ended.splice(0)) listener();
    if (this.stopping) return;
    const explained = this.everReady || this.trouble !== null;
    if (!explained && this.failures + 1 >= STARTS_MAX) {
      const fault = `${this.spec.name} ended ${STARTS_MAX} times before it was ready (${how})`;
      this.settleFirst(new SetupFault(fault));
      return;
    }
    const pauseMs = Math.min(PAUSE_MIN_MS * 2 ** this.failures, PAUSE_MAX_MS);
    this.failures = Math.min(this.failures + 1, 10);
    this.log.warn(
      { child: child.pid },
      `${this.spec.name} ended (${how}): starting it again in ${pauseMs} ms`,
    );
    const mend = this.isFaulty ? this.spec.mend : undefined;
    this.isFaulty = false;
    this.pause = setTimeout(() => {
      if (mend === undefined) this.launch();
      else void mend().then(() => this.launch());
    }, pauseMs);
  }

  private settleFirst(fault: SetupFault | null): void {
    for (const listener of this.firstReady.splice(0)) listener(fault);
  }
}

/** The supervisor's end of a child's IPC channel; what is sent to a child that is gone is dropped. */
function channelOf(child: ChildProcess): Channel {
  return {
    send: (message) => {
      if (child.connected) child.send(message as object, () => {});
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
  };
}
