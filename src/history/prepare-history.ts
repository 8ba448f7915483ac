// What comes before anything is written: history's tables, and whose history it is. Without
// ClickHouse there are no tables yet, but a ledger that must not fill up: spooling does not wait.

import type { PlainTask, Turn } from '../partitions/task.ts';
import type { Belonging } from './belonging.ts';
import type { HistoryLag } from './history-lag.ts';
import { migrate } from './sinks/migrations.ts';
import type { HistorySink } from './sinks/sink.ts';
import type { Overflow } from './spool/overflow.ts';
import type { HistoryLog } from './telling.ts';

export interface PrepareParts {
  readonly sink: HistorySink;
  readonly belonging: Pick<Belonging, 'check' | 'claim'>;
  readonly overflow: Pick<Overflow, 'worked'>;
  readonly lag: Pick<HistoryLag, 'total'>;
  readonly log: HistoryLog;
  readonly intervalMs: number;
  /** The tables are there: what waited for them need not any more. */
  readonly onMigrated: () => void;
}

export class PrepareHistory {
  /** Whether history's tables are there. */
  isMigrated = false;

  constructor(private readonly parts: PrepareParts) {}

  /** Makes the tables, and then is done. */
  get migration(): PlainTask {
    return { name: 'migrate', round: (turn) => this.migrate(turn) };
  }

  /** Claims history for this Redis, and then is done. */
  get claim(): PlainTask {
    return { name: 'claim', round: (turn) => this.claimOnce(turn) };
  }

  private async migrate(turn: Turn): Promise<'done'> {
    const { belonging, lag, log, overflow, sink } = this.parts;
    if (turn.isStopping && lag.total === 0) return 'done';
    const applied = await migrate(sink);
    await belonging.check();
    this.isMigrated = true;
    overflow.worked();
    this.parts.onMigrated();
    if (applied.length > 0) log.info({ applied }, 'history migrated');
    return 'done';
  }

  private async claimOnce(turn: Turn): Promise<'done' | number> {
    if (turn.isStopping) return 'done';
    if (!this.isMigrated) return this.parts.intervalMs;
    return (await this.parts.belonging.claim()) ?? 'done';
  }
}
