// The learner as a task of the worker: whoever holds partition 0 learns, in slices between which everything
// else of the worker goes on. Paused, or gone, it leaves answers as they are: what it told stays in force.

import { randomBytes } from 'node:crypto';
import { Unavailable } from '../errors.ts';
import type { InteractionRules } from '../model/crowd/interactions.ts';
import type { Next, PartitionTask, Turn } from '../partitions/task.ts';
import { type LearningParts, LearningRun, RunOver } from './learning-run.ts';

/** Pause between two looks at the ledger, ms: half of what answers may be behind is the followers'. */
const LOOK_MS = 500;
/** Where there is nothing to learn, or it cannot begin. */
const IDLE_MS = 1_000;
/** Then what is older than MODEL_DAYS is forgotten, by learning everything again. */
const RUN_MS = 24 * 3_600_000;
/** In whose hands the learner is. */
const PARTITION = 0;

export interface LearnCrowdParts extends Omit<LearningParts, 'isMine'> {
  /** What is learned from; null = no catalog, or one that recommends nothing. */
  rules(): InteractionRules | null;
}

export class LearnCrowd implements PartitionTask {
  readonly name = 'learn';
  readonly groups = 'together';
  /** null = nothing is learned yet. */
  private run: LearningRun | null = null;
  /** The one that takes its place when it has learned what history has; meanwhile the other goes on. */
  private next: Promise<void> | null = null;
  private fault: unknown = null;
  /** Goes up whenever the learner comes into other hands. */
  private hands = 0;
  private isHeld = false;
  /** When all that there was had been learned, or this worker was to begin, epoch ms. */
  private wholeAtMs: number | null = null;

  constructor(private readonly parts: LearnCrowdParts) {}

  /** How long ago all that there was had been learned, s; 0 = it is not this worker that learns. */
  get behindS(): number {
    if (this.wholeAtMs === null) return 0;
    return Math.max(0, this.parts.nowMs() - this.wholeAtMs) / 1_000;
  }

  acquire(partitions: readonly number[]): void {
    if (!partitions.includes(PARTITION)) return;
    this.isHeld = true;
    this.hands++;
  }

  release(partitions: readonly number[]): void {
    if (!partitions.includes(PARTITION)) return;
    this.isHeld = false;
    this.end();
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) {
      this.end();
      return 'done';
    }
    const rules = this.parts.rules();
    if (rules === null || !partitions.includes(PARTITION)) {
      if (this.run !== null || this.next !== null) this.end();
      this.wholeAtMs = null;
      return IDLE_MS;
    }
    this.wholeAtMs ??= this.parts.nowMs();
    this.renew(rules);
    const { fault } = this;
    this.fault = null;
    try {
      if (this.run !== null) await this.follow(this.run);
    } catch (error) {
      if (!(error instanceof Unavailable)) this.run = null;
      if (!(error instanceof RunOver)) throw error;
    }
    if (fault !== null && !(fault instanceof RunOver)) throw fault;
    return LOOK_MS;
  }

  private async follow(run: LearningRun): Promise<void> {
    const nowMs = this.parts.nowMs();
    if ((await run.follow()) && this.run === run) this.wholeAtMs = nowMs;
  }

  /** Begins another run where there is none, its rules are others, or it holds what is too old. */
  private renew(rules: InteractionRules): void {
    const { run } = this;
    const isDue =
      run === null || !isSame(run.rules, rules) || this.parts.nowMs() - run.beganAtMs > RUN_MS;
    if (!isDue || this.next !== null || this.fault !== null) return;
    const next = this.begin(rules, this.hands)
      .catch((error: unknown) => {
        this.fault = error;
      })
      .finally(() => {
        if (this.next === next) this.next = null;
      });
    this.next = next;
  }

  private async begin(rules: InteractionRules, hands: number): Promise<void> {
    const epoch = `${this.parts.nowMs().toString(36)}${randomBytes(4).toString('hex')}`;
    const isMine = () => this.isHeld && this.hands === hands;
    const begun = new LearningRun(epoch, rules, { ...this.parts, isMine });
    await begun.begin();
    // Taken away at the last moment: whoever has it now has begun, or will.
    if (isMine()) this.run = begun;
  }

  /** What is beginning meanwhile finds that it is in other hands. */
  private end(): void {
    this.run = null;
    this.next = null;
    this.fault = null;
    this.hands++;
  }
}

function isSame(a: InteractionRules, b: InteractionRules): boolean {
  return a === b || textOf(a) === textOf(b);
}

function textOf({ id, sessionMs, weights, groups }: InteractionRules): string {
  return JSON.stringify([id.map(({ text }) => text), sessionMs, [...weights], groups]);
}
