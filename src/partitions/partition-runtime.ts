// The partitions of a worker process: which it holds, and what is done with them. It acquires free
// ones up to its share, runs every task (task.ts) over what it holds, gives back what others should
// have between two rounds, and at a stop lets the tasks finish before it hands everything over.
//
//   keep leases ──won──► tasks acquire ──► rounds, each task and group in its own loop
//        ▲                                   │ somebody joins, or claims a partition
//        └── free ◄── lease released ◄── tasks release ◄── no round under way over it
//
// A partition that has to go while another task's round is under way over it is offered to no round
// any more, and goes with the end of the last one.

import { LeaseKeeper } from './lease-keeper.ts';
import type { LeaseScripts } from './lease-scripts.ts';
import type { Lease, Leases } from './leases.ts';
import { RivalWatch } from './rival-watch.ts';
import { Rounds, type RoundsSettings } from './rounds.ts';
import type { Next, PartitionTask, PlainTask, Turn } from './task.ts';
import { TaskLoop } from './task-loop.ts';

export interface PartitionRuntimeSettings extends RoundsSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly partitions: number;
  /** As leases name this worker, for people. */
  readonly owner: string;
  /** `spread` shares partitions with other workers, `all` wants every one. */
  readonly wants: 'spread' | 'all';
  /** How long a dead worker's partitions wait for another, ms. */
  readonly leaseTtlMs: number;
  /** Groups of partitions that tasks go through side by side. */
  readonly groups: number;
  /** Longest pause between two looks for free partitions, ms. */
  readonly intervalMs: number;
  /** Asked before partitions are acquired. @throws Error none are, then */
  readonly beforeAcquire: () => Promise<unknown>;
  /** Told, now and again, while another worker that was here first goes on; only of use with `all`. */
  readonly onRival: ((worker: string) => void) | null;
  /** The thread that renews leases failed; it is started again. */
  readonly onThreadError: (error: Error) => void;
}

export interface PartitionStatus {
  /** Partitions whose leases are held. */
  readonly held: readonly number[];
  /** Workers alive, as this one last heard, itself included. */
  readonly workers: number;
  /** Rounds that failed since the last that did not; 0 = all is well. */
  readonly failures: number;
  /** For how long some loop has failed without a success between, ms; 0 = all work. */
  readonly failingMs: number;
}

/** Longest pause between two looks for free partitions while this worker has less than its share. */
const SHORT_OF_SHARE_MS = 250;

export class PartitionRuntime {
  private readonly keeper: LeaseKeeper;
  private readonly rounds: Rounds;
  private readonly rivals: RivalWatch | null;
  private readonly loops: TaskLoop[] = [];
  /** Leases that go as soon as no round is under way over their partition. */
  private readonly going = new Map<number, string>();
  private isStopping = false;
  private ended: Promise<unknown> = Promise.resolve();

  constructor(
    scripts: LeaseScripts,
    private readonly settings: PartitionRuntimeSettings,
  ) {
    const { redisUrl, prefix, partitions, owner, wants, leaseTtlMs: ttlMs, onRival } = settings;
    this.rounds = new Rounds(settings);
    this.rivals = onRival === null ? null : new RivalWatch(ttlMs, onRival);
    this.keeper = new LeaseKeeper(scripts, {
      redisUrl,
      prefix,
      partitions,
      owner,
      wants,
      ttlMs,
      onError: settings.onThreadError,
      onRoster: () => this.wake(),
    });
  }

  /** For tasks, which write under them. */
  get leases(): Leases {
    return this.keeper;
  }

  get status(): PartitionStatus {
    const { failures, failingMs } = this.rounds;
    return { held: this.keeper.held(), workers: this.keeper.workers, failures, failingMs };
  }

  /** Begins to acquire partitions and to run tasks; once. */
  start(tasks: readonly PartitionTask[], plain: readonly PlainTask[]): void {
    const turn = this.turnOf(0);
    const ends = plain.map((task) => this.rounds.run(task.name, () => task.round(turn)));
    ends.push(this.rounds.run('leases', () => this.keepLeases()));
    for (const task of tasks) {
      const loops = task.groups === 'apart' ? this.settings.groups : 1;
      for (let group = 0; group < loops; group++) ends.push(this.runLoop(task, group));
    }
    this.ended = Promise.all(ends);
  }

  /** Ends all pauses: the rounds after them begin now. */
  wake(): void {
    this.rounds.wake();
  }

  /**
   * Lets the tasks finish, hands over and lets go.
   * @param finishMs no round begins after that
   * @param handOverMs how long giving the leases back may take
   */
  async stop(finishMs: number, handOverMs: number): Promise<void> {
    this.isStopping = true;
    this.keeper.leave();
    this.rounds.stopAt(Date.now() + finishMs);
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      deadline = setTimeout(resolve, finishMs);
    });
    await Promise.race([this.ended, late]);
    clearTimeout(deadline);
    this.wake();
    for (const loop of this.loops) loop.releaseAllBut(() => false);
    await this.keeper.close(handOverMs);
  }

  private runLoop(task: PartitionTask, group: number): Promise<void> {
    const onFault = (error: unknown) => this.settings.onFault(`${task.name} release`, error, 0);
    const loop = new TaskLoop(task, this.turnOf(group), onFault);
    this.loops.push(loop);
    return this.rounds.run(loop.name, () => this.round(loop), task.backoffMsMax);
  }

  private turnOf(group: number): Turn {
    const isStopping = () => this.isStopping;
    return {
      group,
      get isStopping() {
        return isStopping();
      },
    };
  }

  private async round(loop: TaskLoop): Promise<Next> {
    // Nothing of this loop is under way between two rounds.
    if (loop.group !== null) await this.giveBack(loop.group);
    loop.releaseAllBut((lease) => this.keeper.keeps(lease));
    try {
      return await loop.round(this.heldOf(loop.group), this.keeper);
    } finally {
      // What does not answer now is left to expire.
      await this.letGo().catch(() => {});
    }
  }

  private async keepLeases(): Promise<Next> {
    if (this.isStopping) return 'done';
    const { beforeAcquire, groups, intervalMs } = this.settings;
    await beforeAcquire();
    this.rivals?.look(this.keeper.elder, this.keeper.beats);
    const won = await this.keeper.acquireFree();
    if (won.length > 0) this.wake();
    if (this.loops.every((loop) => loop.group === null)) {
      for (let group = 0; group < groups; group++) await this.giveBack(group);
    }
    const isShort = this.keeper.held().length < this.keeper.share;
    return isShort ? Math.min(intervalMs, SHORT_OF_SHARE_MS) : intervalMs;
  }

  /** Leases that rounds may rely upon, of a group or (null) of all. */
  private heldOf(group: number | null): readonly Lease[] {
    return this.keeper
      .held()
      .filter((partition) => group === null || partition % this.settings.groups === group)
      .map((partition) => ({ partition, fence: this.keeper.fence(partition) }))
      .filter(({ partition, fence }) => this.going.get(partition) !== fence);
  }

  /** Of a group, what others should have. @throws Unavailable */
  private async giveBack(group: number): Promise<void> {
    const mine = this.heldOf(group).map(({ partition }) => partition);
    for (const partition of this.keeper.toGiveBack(mine, this.settings.groups, this.going.size)) {
      this.going.set(partition, this.keeper.fence(partition));
    }
    await this.letGo();
  }

  /** Releases what is to go and no round is under way over. @throws Unavailable */
  private async letGo(): Promise<void> {
    const free = [...this.going].filter(
      ([partition]) => !this.loops.some((loop) => loop.pins(partition)),
    );
    if (free.length === 0) return;
    const goes = new Map(free);
    for (const partition of goes.keys()) this.going.delete(partition);
    for (const loop of this.loops) {
      loop.releaseAllBut(({ partition, fence }) => goes.get(partition) !== fence);
    }
    const ours = free.filter(([partition, fence]) => this.keeper.keeps({ partition, fence }));
    await Promise.all(ours.map(([partition]) => this.keeper.release(partition)));
  }
}
