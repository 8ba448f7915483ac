// What a process knows of budgets. Nearly always that is nothing: commits take from what a partition has.
// When one has run dry, this draws for it (budget-draws.ts), and remembers for a while what is spent in
// all, so that nobody asks again for what is gone.
//
//   exhausted ─► draw ─► enough: step again as it was
//        │        │ not enough, or not known in time: step again without what is spent
//        └─ too often, or too late ─► step again with what the partition has, and nothing else
//
// A run is stepped so many times only, and there may be thousands of offers that are spent: one that
// finds one after the other so looks once at all that its partition has. What others have idle is
// drawn for whoever asks next: by then the first of them are remembered.
//
// An answer waits for a draw, but not for long: it is some calls of Redis, once for many grants. The
// next best offer for a customer who could have had the best is a loss to both.

import type { BudgetLimits, Grant, KnownBudgets } from '../model/budget.ts';
import { partitionOf } from '../model/hash.ts';
import type { Budgets } from '../pipeline.ts';
import type { BudgetDraws } from './budget-draws.ts';
import { fitting, needsOf } from './grant-needs.ts';
import { type Held, heldLeft } from './held-left.ts';
import { JoinedDraws } from './joined-draws.ts';
import { KnownLeft, type Looked } from './known-left.ts';
import { type BudgetedCatalog, RememberedBudgets } from './remembered-budgets.ts';

/** Longest that an answer waits for draws, all in all; what comes later is there for the next. */
const WAIT_MS = 100;
/** How often a run draws, and then takes what is there; with less than it may be stepped. */
const LOOKS_MAX = 40;
const TAKES_MAX = 16;
/** Where draws fail, or none comes to its end for so long, none is waited for for a while. */
const HUNG_MS = 500;
const AWAY_MS = 250;
export interface BudgetKeeperParts {
  readonly draws: Pick<BudgetDraws, 'draw' | 'held'>;
  readonly partitions: number;
  readonly catalog: () => BudgetedCatalog;
  /** A grant was refused: its budget is spent, or nobody could tell in time. */
  readonly refused: (offer: string, isSpent: boolean) => void;
  /** A draw failed; told now and then. */
  readonly onFault: (error: unknown) => void;
  monotonicMs(): number;
}

export class BudgetKeeper implements Budgets {
  private readonly remembered: RememberedBudgets;
  private readonly joinedDraws = new Map<string, JoinedDraws>();
  private awayUntilMs = 0;
  private drawing = 0;
  /** When a draw came to its end last, or the first of those under way began. */
  private progressAtMs = 0;

  constructor(private readonly parts: BudgetKeeperParts) {
    this.remembered = new RememberedBudgets(parts);
  }

  known(nowMs: number): KnownBudgets | null {
    return this.remembered.known(nowMs);
  }

  replenish(
    customerId: string,
    taken: readonly Grant[],
    lacking: readonly number[],
    known: KnownBudgets | null,
  ): Promise<KnownBudgets> {
    return this.see(customerId, taken, lacking, known);
  }

  check(
    customerId: string,
    grants: readonly Grant[],
    known: KnownBudgets | null,
  ): Promise<KnownBudgets> {
    return this.see(customerId, grants, null, known);
  }

  /** @param lacking null = nobody has tried */
  private async see(
    customerId: string,
    taken: readonly Grant[],
    lacking: readonly number[] | null,
    known: KnownBudgets | null,
  ): Promise<KnownBudgets> {
    const partition = partitionOf(customerId, this.parts.partitions);
    const told = known instanceof KnownLeft ? known : null;
    const left = new Map(told?.left);
    const before = told?.looked ?? null;
    const nowMs = this.parts.monotonicMs();
    const looked: Looked = {
      times: (before?.times ?? 0) + 1,
      waitsUntilMs: before?.waitsUntilMs ?? nowMs + WAIT_MS,
      isOver: false,
    };
    const over = () =>
      this.withoutDraws(partition, taken, lacking, told, { ...looked, isOver: true });
    const isLate = before !== null && nowMs >= before.waitsUntilMs;
    if (isLate || looked.times > LOOKS_MAX) return over();
    const untilMs = looked.waitsUntilMs;
    let isUnknown = false;
    const offers = new Set(
      lacking === null ? taken.map(({ offer }) => offer) : lacking.map((i) => taken[i]!.offer),
    );
    await Promise.all(
      [...offers].map(async (offer) => {
        const grants = taken.filter((grant) => grant.offer === offer);
        const drawn = await this.drawWithin(offer, partition, grants, untilMs);
        isUnknown ||= drawn === null;
        const first = lacking?.find((i) => taken[i]!.offer === offer) ?? taken.length;
        const sure = taken.slice(0, first).filter((grant) => grant.offer === offer).length;
        const fit = drawn === null ? sure : fitting(grants, drawn);
        if (fit === grants.length) return;
        if (lacking !== null) this.parts.refused(offer, drawn !== null);
        left.set(offer, { grants: fit, cents: Number.POSITIVE_INFINITY });
      }),
    );
    // Nobody's commit will say what there is: it is what the partition has, as a commit would find it.
    return lacking === null && isUnknown ? over() : new KnownLeft(left, [], looked);
  }

  /** What the partition has is taken, and what it has not is spent. */
  private async withoutDraws(
    partition: number,
    taken: readonly Grant[],
    lacking: readonly number[] | null,
    told: KnownLeft | null,
    looked: Looked,
  ): Promise<KnownBudgets> {
    const nowMs = this.parts.monotonicMs();
    for (const i of lacking ?? []) {
      const { offer, limits } = taken[i]!;
      this.parts.refused(offer, false);
      // Not for this run, but for who asks next.
      if (nowMs >= this.awayUntilMs) void this.joined(offer, partition, limits).draw([taken[i]!]);
    }
    if (looked.times > LOOKS_MAX + TAKES_MAX) return new KnownLeft(new Map(), [], looked);
    if (told?.looked?.isOver !== true) {
      const held = await this.within(this.heldBy(partition), nowMs + WAIT_MS);
      const { budgets } = this.parts.catalog();
      return new KnownLeft(heldLeft(budgets, taken[0]!.day, held ?? new Map()), [], looked);
    }
    // Others took some of it since it was looked at.
    const left = new Map(told.left);
    for (const i of lacking ?? []) left.delete(taken[i]!.offer);
    return new KnownLeft(left, [], looked);
  }

  /** null = it cannot be told. */
  private async heldBy(partition: number): Promise<ReadonlyMap<string, Held> | null> {
    try {
      return await this.parts.draws.held(partition);
    } catch (error) {
      this.parts.onFault(error);
      return null;
    }
  }

  /** What the partition has left of each of the grants' limits; null = it is not known in time. */
  private async drawWithin(
    offer: string,
    partition: number,
    grants: readonly Grant[],
    untilMs: number,
  ): Promise<ReadonlyMap<string, number> | null> {
    const { parts } = this;
    if (parts.monotonicMs() < this.awayUntilMs) return null;
    const drawing = this.joined(offer, partition, grants[0]!.limits).draw(grants);
    const drawn = await this.within(drawing, untilMs);
    const nowMs = parts.monotonicMs();
    if (this.drawing > 0 && nowMs - this.progressAtMs > HUNG_MS) this.awayUntilMs = nowMs + AWAY_MS;
    return drawn;
  }

  /** null = it was not there in time. */
  private async within<T>(work: Promise<T>, untilMs: number): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), Math.max(0, untilMs - this.parts.monotonicMs()));
    });
    const done = await Promise.race([work, late]);
    clearTimeout(timer);
    return done;
  }

  private joined(offer: string, partition: number, limits: BudgetLimits): JoinedDraws {
    const { grants: most, perDay, cents } = limits;
    // Never those of two catalogs together: what is spent under one limit is not under another.
    const key = `${offer} ${partition} ${most} ${perDay} ${cents}`;
    let joined = this.joinedDraws.get(key);
    if (joined === undefined) {
      joined = new JoinedDraws(
        (grants) => this.drawOnce(offer, partition, grants),
        () => this.joinedDraws.delete(key),
      );
      this.joinedDraws.set(key, joined);
    }
    return joined;
  }

  private async drawOnce(
    offer: string,
    partition: number,
    grants: readonly Grant[],
  ): Promise<ReadonlyMap<string, number> | null> {
    const { parts } = this;
    const needs = needsOf(grants);
    if (this.drawing++ === 0) this.progressAtMs = parts.monotonicMs();
    try {
      const drawn = await parts.draws.draw(offer, partition, needs);
      this.remembered.note(offer, grants[0]!, needs, drawn);
      return new Map(needs.map(({ kind }, i) => [kind as string, drawn[i]!.left]));
    } catch (error) {
      parts.onFault(error);
      this.awayUntilMs = parts.monotonicMs() + AWAY_MS;
      return null;
    } finally {
      this.drawing--;
      this.progressAtMs = parts.monotonicMs();
    }
  }
}
