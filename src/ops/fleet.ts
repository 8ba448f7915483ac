// The processes of one `up`, in the order they depend on each other: what is started first is
// stopped last. Every process is written down (lifeline, run record) before anything else happens
// to it, so that whatever ends this supervisor, nothing stays behind.

import { fileURLToPath } from 'node:url';
import { SetupFault } from '../errors.ts';
import type { LifelineMessage } from './lifeline.ts';
import type { Log } from './log.ts';
import { type Channel, MetricsHub } from './metrics-exchange.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { programFile } from './project-files.ts';
import type { RunRecord } from './run-record.ts';
import { type ChildSpec, SupervisedChild } from './supervised-child.ts';

/** A member of the fleet; `phase: 'last'` is what others need until they have drained. */
export interface Member extends Omit<ChildSpec, 'onSpawn' | 'onEnd'> {
  readonly phase: 'first' | 'last';
  readonly startDeadlineMs: number;
  /** Of `last` the least: it has what the others left of the drain deadline. */
  readonly stopDeadlineMs: number;
}

/** The lifeline is small and does nothing but start; ms. */
const LIFELINE_START_MS = 20_000;
const LIFELINE_STOP_MS = 2_000;
/** What Redis has to write its file once a second signal came; ms. */
const INSISTED_MS = 1_000;
/** What the kernel may take to end a process, within the drain deadline; ms. */
const KILL_MS = 200;

/** A group of child processes started and stopped in order. */
export class Fleet {
  private readonly stages: Array<readonly { child: SupervisedChild; member: Member }[]> = [];
  private readonly running = new Map<number, { child: ProcessIdentity; phase: Member['phase'] }>();
  private readonly metrics = new MetricsHub();
  private lifeline: SupervisedChild | null = null;
  private lifelineChannel: Channel | null = null;
  private stopped: Promise<void> | null = null;

  constructor(
    private readonly record: RunRecord,
    private readonly log: Log,
    private readonly drainDeadlineMs: number,
  ) {}

  /** Starts the lifeline. Call it before the first stage. */
  async begin(env: ChildSpec['env']): Promise<void> {
    const script = fileURLToPath(programFile('ops/lifeline'));
    this.lifeline = new SupervisedChild(
      {
        name: 'lifeline',
        command: process.execPath,
        args: [script, String(this.drainDeadlineMs)],
        env,
        ready: 'ipc',
        onSpawn: (_identity, channel) => {
          this.lifelineChannel = channel;
          for (const { child, phase } of this.running.values()) {
            this.tellLifeline({ kind: 'started', child, phase });
          }
        },
      },
      this.log.child({}, { level: this.log.level === 'debug' ? 'debug' : 'warn' }),
    );
    await this.lifeline.start(LIFELINE_START_MS);
  }

  /**
   * Starts the members together and waits until all are ready.
   * @throws SetupFault of the first that cannot start, or when the fleet was stopped meanwhile
   */
  async startStage(members: readonly Member[]): Promise<void> {
    if (this.stopped !== null) throw new SetupFault('stopped while starting');
    const stage = members.map((member) => ({ member, child: this.supervise(member) }));
    this.stages.push(stage);
    await Promise.all(stage.map(({ child, member }) => child.start(member.startDeadlineMs)));
  }

  /** Stops the stages in reverse, each within its deadlines; then nothing runs any more. */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  /** Ends everything that drains at once, and the rest, which `stop` ends meanwhile, if it hangs. */
  kill(): void {
    for (const { child, member } of this.stages.flat()) {
      if (member.phase === 'first') child.kill();
      else setTimeout(() => child.kill(), INSISTED_MS).unref();
    }
  }

  private async stopAll(): Promise<void> {
    const endAtMs = performance.now() + this.drainDeadlineMs;
    for (const stage of [...this.stages].reverse()) {
      await Promise.all(
        stage.map(({ child, member: { phase, stopDeadlineMs } }) => {
          const leftMs = phase === 'last' ? endAtMs - performance.now() - KILL_MS : 0;
          return child.stop(Math.round(Math.max(stopDeadlineMs, leftMs)));
        }),
      );
    }
    this.tellLifeline({ kind: 'done' });
    // It ignores signals: what ends it is the message, or the deadline.
    await this.lifeline?.stop(LIFELINE_STOP_MS);
    this.record.clear();
  }

  private supervise(member: Member): SupervisedChild {
    const { phase } = member;
    return new SupervisedChild(
      {
        ...member,
        onSpawn: (child, channel) => {
          this.running.set(child.pid, { child, phase });
          this.tellLifeline({ kind: 'started', child, phase });
          this.record.started(child, phase);
          if (channel !== null) this.metrics.join(channel);
        },
        onEnd: (child, channel) => {
          this.running.delete(child.pid);
          this.tellLifeline({ kind: 'ended', pid: child.pid });
          this.record.ended(child.pid);
          if (channel !== null) this.metrics.leave(channel);
        },
      },
      this.log,
    );
  }

  private tellLifeline(message: LifelineMessage): void {
    this.lifelineChannel?.send(message);
  }
}
