// Compares ledger, history and states, and says what differs. Completeness is arithmetic: ledger ids
// are gapless per partition and every record has at least one row, so history must hold exactly the
// ids 1…marked; what the ledger still holds is also compared row by row; and a customer's state
// counts the records that history must have of that customer.
//
//   wait until what was written at the start is in history
//   for each pass of a few partitions:  extents ─► ids ─► rows ─► surplus ─► customers ─► kept
//
// Traffic goes on meanwhile: only what is marked when a pass begins is judged.

import { isTorn, readPositions } from '../../ledger/ledger-reader.ts';
import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { readSpooled, recordsOf, type SpooledRange } from '../spool/spooled-ranges.ts';
import { compareBudgets } from './compare-budgets.ts';
import { type CustomerStates, compareCustomers } from './compare-customers.ts';
import { compareDeliveries } from './compare-deliveries.ts';
import { compareIds, compareSurplus, type Extent } from './compare-ids.ts';
import { compareRows } from './compare-rows.ts';
import { type Difference, Differences } from './difference.ts';
import { Patience } from './patience.ts';
import { type Pass, planPasses } from './verify-plan.ts';
import type { Progress, ProgressFile, Tally } from './verify-progress.ts';

export interface VerifyParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'query' | 'caughtUp'>;
  /** null = do not compare states. */
  readonly states: CustomerStates | null;
  /** What a partition has used of each budget, by `offer|limit`; absent = do not compare. */
  readonly budgetUsage?: (partition: number) => Promise<ReadonlyMap<string, number>>;
  /** Shortest time without an event after which a customer may be forgotten, ms; default: never. */
  readonly forgetsAfterMs?: number;
  /**
   * How long to wait for history to catch up before comparing, ms; and as long in all for what does not
   * come later on.
   */
  readonly waitMs: number;
  /** Longest time that customers who have new events are waited for in one pass, ms. */
  readonly settleMs?: number;
  /** Of several runs that share one wait; default: `waitMs` of this one. */
  readonly patience?: Patience;
  /** Partitions to look at; default: all. */
  readonly only?: readonly number[];
  /** A part of them, drawn by a seed. */
  readonly sample?: { readonly share: number; readonly seed: number };
  /** Where progress is kept; read first when `resume` is set. */
  readonly progress?: { readonly file: ProgressFile; readonly resume: boolean };
  /** What is compared with what, so that a run of another is not gone on with. */
  readonly identity?: string;
  /** Told after each pass. */
  readonly onPass?: (done: number, passes: number, differences: number) => void;
}

export interface VerifyReport extends Readonly<Tally> {
  readonly ok: boolean;
  /** Partitions that were looked at, of how many. */
  readonly partitions: number;
  readonly partitionsTotal: number;
  /** Ledger records that were written when this began and were not in history after the wait. */
  readonly pending: number;
  /** What waits in files: named, since a spool whose disk is gone never comes home. */
  readonly inSpools: readonly SpooledRange[];
  /** Rows per table, over all partitions. */
  readonly rows: Readonly<Record<string, number>>;
  /** Rows that a table refused and `rejected` keeps. */
  readonly refused: number;
  /** At most DIFFERENCES_MAX; `differenceCount` counts all that were found. */
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
  /** Of the sample; null = all was looked at. */
  readonly seed: number | null;
  /** When the run began that this one went on with; null = it did not. */
  readonly resumedFromMs: number | null;
}

/** Of `settleMs`. */
const SETTLE_MS = 10_000;
const POLL_MS = 100;

/** Compares. @throws Unavailable without Redis, Error without ClickHouse */
export async function verify(parts: VerifyParts): Promise<VerifyReport> {
  return new Verification(parts).run();
}

class Verification {
  private readonly differences = new Differences();
  private tally: Tally = {
    records: 0,
    spooled: 0,
    trimmed: 0,
    compared: 0,
    customers: 0,
    budgets: 0,
    deliveries: 0,
    unsettled: 0,
    forgotten: 0,
  };

  private readonly patience: Patience;

  constructor(private readonly parts: VerifyParts) {
    this.patience = parts.patience ?? new Patience(parts.waitMs);
  }

  async run(): Promise<VerifyReport> {
    const { keys, sample, progress, onPass, only } = this.parts;
    const all = only ?? Array.from({ length: keys.partitions }, (_, p) => p);
    const behind = await this.waitFor(all, this.parts.waitMs);
    const resumed = progress?.resume === true ? this.resumable(progress.file) : null;
    const begun = resumed ?? (await this.begin(all));
    this.differences.list.push(...begun.differences);
    this.differences.count = begun.differenceCount;
    // A run of an earlier build counted no budgets or deliveries.
    this.tally = { ...this.tally, ...begun.tally };
    for (let done = begun.done; done < begun.passes.length; done++) {
      await this.pass(begun.passes[done]!);
      await progress?.file.write({ ...begun, ...this.found(), done: done + 1 });
      onPass?.(done + 1, begun.passes.length, this.differences.count);
    }
    const looked = new Set(begun.passes.flatMap((pass) => pass.partitions));
    const pending = sumOf([...looked].map((partition) => behind.get(partition) ?? 0));
    const { rows, refused } = await this.countRows();
    const { differences, differenceCount } = this.found();
    const inSpools = (await readSpooled(this.parts.connection, keys, [...looked])).flat();
    progress?.file.remove();
    return {
      ok: differenceCount === 0 && pending === 0 && this.tally.spooled + inSpools.length === 0,
      partitions: looked.size,
      partitionsTotal: keys.partitions,
      pending,
      rows,
      refused,
      inSpools,
      ...this.tally,
      differences,
      differenceCount,
      seed: sample === undefined || sample.share >= 1 ? null : begun.seed,
      resumedFromMs: resumed?.startedAtMs ?? null,
    };
  }

  private found() {
    const { list, count } = this.differences;
    return { tally: { ...this.tally }, differences: [...list], differenceCount: count };
  }

  private resumable(file: ProgressFile): Progress | null {
    const found = file.read();
    const { identity = '', sample } = this.parts;
    if (found === null || found.identity !== identity) return null;
    if (found.share !== (sample?.share ?? 1)) return null;
    return found;
  }

  private async begin(partitions: readonly number[]): Promise<Progress> {
    const { keys, sample, identity = '', states, only } = this.parts;
    const { share, seed } = sample ?? { share: 1, seed: 0 };
    const records = sumOf((await this.positions(partitions)).map(({ written }) => written));
    const customers = (await states?.count()) ?? 0;
    const passes = planPasses({
      partitions: keys.partitions,
      share,
      seed,
      customers,
      records,
      ...(only === undefined ? {} : { only }),
    });
    const startedAtMs = Date.now();
    return { identity, startedAtMs, seed, share, passes, done: 0, ...this.found() };
  }

  private async pass(pass: Pass): Promise<void> {
    const { connection, keys, sink, states, settleMs = SETTLE_MS } = this.parts;
    const all = await this.extents(pass.partitions);
    const extents = all.filter((extent) => !isTorn(extent));
    await sink.caughtUp?.();
    if (pass.slice === 0) {
      for (const { partition, written, marked } of all.filter(isTorn))
        this.differences.note({ kind: 'torn', partition, written, marked });
      await compareIds(sink, extents, this.differences);
      const rows = await compareRows({ connection, keys, sink }, extents, this.differences);
      for (const [i, extent] of extents.entries()) {
        const compared = rows[i]!;
        const due = extent.marked - recordsOf(extent.spooled);
        this.tally.compared += compared;
        this.tally.trimmed += Math.max(0, due - compared);
        this.tally.records += extent.written;
        this.tally.spooled += recordsOf(extent.spooled);
      }
      // With positions read after history was asked what it has: traffic goes on.
      const later = await this.beyond(extents);
      if (later.length > 0) await compareSurplus(sink, later, this.differences);
      await this.compareKept(extents.map(({ partition }) => partition));
    }
    if (states === null) return;
    const outcome = await compareCustomers(
      {
        sink,
        states,
        partitions: keys.partitions,
        forgetsAfterMs: this.parts.forgetsAfterMs ?? Number.MAX_SAFE_INTEGER,
        unsettled: async (doubtful) => (await this.waitFor(doubtful, settleMs)).keys(),
      },
      pass,
      this.differences,
    );
    this.tally.customers += outcome.compared;
    this.tally.unsettled += outcome.unsettled;
    this.tally.forgotten += outcome.forgotten;
  }

  /** What Redis keeps beside states: budgets and the outbox. */
  private async compareKept(partitions: readonly number[]): Promise<void> {
    const { connection, keys, sink, budgetUsage, settleMs = SETTLE_MS } = this.parts;
    const unsettled = async (late: readonly number[]) =>
      (await this.waitFor(late, settleMs)).keys();
    const common = { connection, keys, sink, unsettled };
    this.tally.deliveries += await compareDeliveries(common, partitions, this.differences);
    if (budgetUsage === undefined) return;
    const parts = { ...common, usage: budgetUsage };
    this.tally.budgets += await compareBudgets(parts, partitions, this.differences);
  }

  /** Positions first: a range that is not spooled any more when they were read is in history. */
  private async extents(partitions: readonly number[]): Promise<Extent[]> {
    const positions = await this.positions(partitions);
    const { connection, keys } = this.parts;
    const spooled = await readSpooled(connection, keys, partitions);
    return partitions.map((partition, i) => {
      const { written, marked, oldest } = positions[i]!;
      const waiting = (spooled[i] ?? []).filter(({ first }) => first <= marked);
      return { partition, written, marked, oldest, spooled: waiting };
    });
  }

  /** The partitions whose history reaches beyond what was written, as it is now. */
  private async beyond(extents: readonly Extent[]): Promise<Extent[]> {
    if (extents.length === 0) return [];
    const found = new Differences(Number.POSITIVE_INFINITY);
    await compareSurplus(this.parts.sink, extents, found);
    const suspects = new Set(found.list.map(({ partition }) => partition));
    return suspects.size === 0 ? [] : this.extents([...suspects]);
  }

  /**
   * Waits until all that is written now is in history; what of it is not then, by partition: 0
   * where it is only in files yet.
   */
  private async waitFor(partitions: readonly number[], waitMs: number) {
    const targets = await this.positions(partitions);
    const startedAtMs = Date.now();
    const endAtMs = startedAtMs + this.patience.atMost(waitMs);
    for (;;) {
      const extents = await this.extents(partitions);
      const behind = new Map<number, number>();
      for (let i = 0; i < extents.length; i++) {
        const { partition, marked, spooled } = extents[i]!;
        const lag = isTorn(extents[i]!) ? 0 : targets[i]!.written - marked;
        const isSpooled = spooled.some(({ first }) => first <= targets[i]!.written);
        if (lag > 0 || isSpooled) behind.set(partition, Math.max(0, lag));
      }
      if (behind.size === 0) return behind;
      if (Date.now() >= endAtMs) {
        this.patience.lost(Date.now() - startedAtMs);
        return behind;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private positions(partitions: readonly number[]) {
    return readPositions(this.parts.connection, this.parts.keys, partitions);
  }

  private async countRows() {
    const rows: Record<string, number> = {};
    for (const table of TABLE_NAMES)
      rows[table] = await this.count(`SELECT count() AS n FROM ${table}`);
    const refused = await this.count(`SELECT count() AS n FROM rejected WHERE source != ''`);
    return { rows, refused };
  }

  private async count(sql: string): Promise<number> {
    const [row] = await this.parts.sink.query<{ n: number | string }>(sql);
    return Number(row?.n ?? 0);
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}
