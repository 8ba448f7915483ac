// The history writer: moves the ledger to ClickHouse, exactly once, by position.
//
//   freeze ──► durable? ──► read ──► insert ──► mark (and drop the record) ──► trim, a minute later
//     │ │ pending: somebody froze this and never marked it    │ unknown: leave it frozen; the next
//     │ └───────► recover: read positions back, insert        │ round finds it pending
//     │           what is missing, remove surplus, mark ◄─────┘
//     └ history is in trouble and the lag long: to a file (spool-round.ts), mark; brought home later
//
// Partitions go in groups, so that one group's wait for durability (2 s under `everysec`) overlaps the
// others' inserts; within a group all ranges go into the same inserts.

import { Unavailable } from '../../errors.ts';
import { isTorn, type Positions, readPositions } from '../../ledger/ledger-reader.ts';
import type { Next, PartitionTask, Turn } from '../../partitions/task.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { TornPartitions } from '../../redis/torn-partitions.ts';
import type { HistoryLag } from '../history-lag.ts';
import type { Slots } from '../slots.ts';
import type { Overflow } from '../spool/overflow.ts';
import { type SpoolingParts, spoolRanges } from '../spool/spool-round.ts';
import { type FreezingParts, freezeAll, standing } from './freezing.ts';
import { LeaseLost } from './insert-blocks.ts';
import { LedgerLacks, type WritingParts, writeRanges } from './write-ranges.ts';

/** What a round of a group decides with; what its steps need, they have as parts of their own. */
export interface WriteHistoryParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly overflow: Overflow;
  readonly torn: TornPartitions;
  /** Is told how many records each group is behind. */
  readonly lag: Pick<HistoryLag, 'note'>;
  /** Lets so many batches be in memory at once. */
  readonly slots: Pick<Slots, 'enter'>;
  readonly freezing: FreezingParts;
  readonly writing: WritingParts;
  /** null = nothing is ever spooled. */
  readonly spooling: SpoolingParts | null;
  /** How old a freeze must be before its rows are inserted, ms: 2,000 under `everysec`, else 0. */
  readonly durableAfterMs: number;
  /** Longest pause between two looks at the ledger, ms. */
  readonly intervalMs: number;
}

/** What came of one batch. */
type Outcome =
  | { readonly kind: 'empty' }
  /** History failed a moment ago, and the lag can bear to wait. */
  | { readonly kind: 'waiting' }
  /** Into history, or into a file. */
  | { readonly kind: 'written'; readonly more: boolean };

/** Writes what the ledger has to history, group by group; at a stop, until nothing is left. */
export class WriteHistory implements PartitionTask {
  readonly name = 'history';
  readonly groups = 'apart';
  /** The lag is watched also while history fails. */
  readonly backoffMsMax: number;

  constructor(private readonly parts: WriteHistoryParts) {
    this.backoffMsMax = parts.intervalMs;
  }

  /**
   * One batch of a group. @throws Unavailable when Redis is away, Error when ClickHouse is; the ranges
   * stay frozen, and the next round recovers them
   */
  async round(partitions: readonly number[], turn: Turn): Promise<Next> {
    const outcome = await this.writeBatch(partitions, turn.group);
    const { intervalMs, overflow } = this.parts;
    if (outcome.kind === 'empty') return turn.isStopping ? 'done' : intervalMs;
    if (outcome.kind === 'waiting') {
      return { faultLastsMs: Math.min(intervalMs, overflow.waitMs(Date.now())) };
    }
    return outcome.more || turn.isStopping ? 'again' : intervalMs;
  }

  private async writeBatch(held: readonly number[], group: number): Promise<Outcome> {
    const { connection, keys, overflow, torn: tornOnes, freezing, spooling } = this.parts;
    // A part of a cluster may be away: the others go on.
    const answering = held.filter((p) => connection.serves(keys.partition(p).position));
    const partitions = answering.length > 0 ? answering : held;
    const positions = await readPositions(connection, keys, partitions);
    const lags = positions.map(lagOf);
    const lag = lags.reduce((sum, records) => sum + records, 0);
    this.parts.lag.note(group, lag);
    // The script decides, and says it.
    const torn = partitions.filter((p, i) => isTorn(positions[i]!) || tornOnes.has(p));
    const nowMs = Date.now();
    const plan = overflow.plan(group, lags, spooling?.spool.canWrite(nowMs) ?? false, nowMs);
    if (lag === 0 && torn.length === 0) return { kind: 'empty' };
    if (plan === 'wait') return { kind: 'waiting' };
    const tooMuch = plan === 'spool' ? overflow.enoughRecords : 0;
    const behind = partitions.filter((p, i) => lags[i]! > tooMuch || torn.includes(p));

    const startedAtMs = Date.now();
    const asked = await freezeAll(freezing, behind);
    if (asked.fresh.length + asked.pending.length === 0) return { kind: 'empty' };
    await delay(startedAtMs + this.parts.durableAfterMs - Date.now());
    const frozen = await standing(freezing, asked);
    if (plan === 'spool' && spooling !== null) {
      const records = await spoolRanges(spooling, frozen.fresh, frozen.pending);
      return { kind: 'written', more: records > 0 };
    }
    const leave = await this.parts.slots.enter();
    try {
      // While this waited for its slot another group may have found history gone.
      if (overflow.mustWait(Date.now())) return { kind: 'waiting' };
      const records = await writeRanges(this.parts.writing, frozen);
      // Of nothing that could be frozen history was not asked.
      if (frozen.fresh.length + frozen.pending.length > 0) overflow.worked();
      return { kind: 'written', more: records < lag };
    } catch (error) {
      const isHistorys = !(error instanceof Unavailable || error instanceof LeaseLost);
      if (isHistorys && !(error instanceof LedgerLacks)) overflow.failed(Date.now());
      throw error;
    } finally {
      leave();
    }
  }
}

/** Of a torn one it is not known. */
function lagOf(position: Positions): number {
  return isTorn(position) ? 0 : position.written - position.marked;
}

function delay(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
