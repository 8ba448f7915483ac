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
  /** Whether history has all that its marks say. */
  isHistoryWhole(): Promise<boolean>;
}

export class LearnCrowd implements PartitionTask {
  readonly name = 'learn';
  readonly groups = 'together';
  /** null = nobody learns here. */
  private run: LearningRun | null = null;
  private isHeld = false;
  private lookedAtMs = 0;

  constructor(private readonly parts: LearnCrowdParts) {}

  /** Whether it is this worker that learns. */
  get isLearning(): boolean {
    return this.run !== null;
  }

  /** How long ago the ledger was read to its end, s; 0 = nobody learns here. */
  get behindS(): number {
    return this.run === null ? 0 : Math.max(0, this.parts.nowMs() - this.lookedAtMs) / 1_000;
  }

  acquire(partitions: readonly number[]): void {
    if (partitions.includes(PARTITION)) this.isHeld = true;
  }

  release(partitions: readonly number[]): void {
    if (!partitions.includes(PARTITION)) return;
    this.isHeld = false;
    this.run = null;
  }

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    if (turn.isStopping) return 'done';
    const rules = this.parts.rules();
    if (rules === null || !partitions.includes(PARTITION)) {
      this.run = null;
      return IDLE_MS;
    }
    try {
      return await this.learn(rules);
    } catch (error) {
      if (!(error instanceof Unavailable)) this.run = null;
      if (error instanceof RunOver) return IDLE_MS;
      throw error;
    }
  }

  private async learn(rules: InteractionRules): Promise<Next> {
    const nowMs = this.parts.nowMs();
    const { run } = this;
    if (run === null || !isSame(run.rules, rules) || nowMs - run.beganAtMs > RUN_MS) {
      if (!(await this.parts.isHistoryWhole())) return IDLE_MS;
      const epoch = `${nowMs.toString(36)}${randomBytes(4).toString('hex')}`;
      const isMine = () => this.isHeld;
      const begun = new LearningRun(epoch, rules, { ...this.parts, isMine });
      await begun.begin();
      this.run = begun;
    }
    const lookedAtMs = this.parts.nowMs();
    await this.run!.follow();
    this.lookedAtMs = lookedAtMs;
    return LOOK_MS;
  }
}

function isSame(a: InteractionRules, b: InteractionRules): boolean {
  return a === b || textOf(a) === textOf(b);
}

function textOf({ id, sessionMs, weights }: InteractionRules): string {
  return JSON.stringify([id.map(({ text }) => text), sessionMs, [...weights]]);
}
