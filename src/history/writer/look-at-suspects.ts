// Sees to it, again and again, that ranges which may be in history twice are looked at (suspects.ts).

import type { Next, PartitionTask, Turn } from '../../partitions/task.ts';
import type { Overflow } from '../spool/overflow.ts';
import type { Suspects } from './suspects.ts';

export interface LookAtSuspectsParts {
  readonly suspects: Pick<Suspects, 'tell' | 'round'>;
  readonly overflow: Pick<Overflow, 'isFailing'>;
  readonly intervalMs: number;
}

export class LookAtSuspects implements PartitionTask {
  readonly name = 'suspects';
  readonly groups = 'together';

  constructor(private readonly parts: LookAtSuspectsParts) {}

  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    const { intervalMs, overflow, suspects } = this.parts;
    // History that fails is not asked about what it may have twice.
    if (turn.isStopping || overflow.isFailing) await suspects.tell();
    else await suspects.round(partitions);
    return turn.isStopping ? 'done' : intervalMs;
  }
}
