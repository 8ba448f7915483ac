// Hot path. Per-customer order: one run at a time for a customer, and what comes meanwhile waits and
// is handed over together. A customer without work has no lane.
//
//   none ──push──► serving (waiting: 0) ──push──► serving (waiting: n) ──push──► … full: refused
//     ▲                │ run ends                     │ run ends: what waited too long expires,
//     └────────────────┘                              ▼           the next RUN_MAX are served
//
// LANE_MAX items are 32 runs: at a few ms a run, conflicts included, a full lane is served well within
// the time that its last item may wait. Only a lane that crawls lets anything expire.

import type { Lanes, LanesFactory } from '../pipeline.ts';

/** A run is one commit; 32 records bound how long its Lua call blocks Redis. */
export const RUN_MAX = 32;

export interface LaneLimits {
  /** Items waiting for one customer. */
  readonly laneMax: number;
  /** Items waiting or being served, of all customers. */
  readonly totalMax: number;
  /** How long an item may wait before it is served, ms; it is asked when its turn comes. */
  readonly waitMsMax: number;
}

/** What lanes are told and tell. */
export interface LaneParts {
  /** Never goes back; ms. */
  monotonicMs(): number;
  /** An item waited so long before it was served; those that did not wait at all are not told. */
  waited(durationMs: number): void;
}

interface Waiting<T> {
  readonly item: T;
  readonly sinceMs: number;
}

interface Lane<T> {
  /** null until something waits: most customers never have two events at a time. */
  waiting: Waiting<T>[] | null;
}

class BoundedLanes<T> implements Lanes<T> {
  private readonly lanes = new Map<string, Lane<T>>();
  private total = 0;

  constructor(
    private readonly limits: LaneLimits,
    private readonly parts: LaneParts,
    private readonly serve: (customerId: string, run: readonly T[]) => Promise<void>,
    private readonly expire: (items: readonly T[]) => void,
  ) {}

  push(customerId: string, item: T): boolean {
    if (this.total >= this.limits.totalMax) return false;
    const lane = this.lanes.get(customerId);
    if (lane !== undefined) {
      lane.waiting ??= [];
      if (lane.waiting.length >= this.limits.laneMax) return false;
      lane.waiting.push({ item, sinceMs: this.parts.monotonicMs() });
      this.total++;
      return true;
    }
    this.total++;
    const opened: Lane<T> = { waiting: null };
    this.lanes.set(customerId, opened);
    void this.work(customerId, opened, [item]);
    return true;
  }

  /** Serves until nothing waits, then closes the lane. */
  private async work(customerId: string, lane: Lane<T>, first: T[]): Promise<void> {
    let run: T[] | null = first;
    while (run !== null) {
      try {
        await this.serve(customerId, run);
      } catch {
        // `serve` settles its items itself, faults included; a lane must survive it anyway.
      }
      this.total -= run.length;
      run = this.next(lane);
    }
    this.lanes.delete(customerId);
  }

  /** The next run of what waits; null = nothing does. */
  private next(lane: Lane<T>): T[] | null {
    if (lane.waiting === null) return null;
    const { monotonicMs, waited } = this.parts;
    const nowMs = monotonicMs();
    const run: T[] = [];
    const expired: T[] = [];
    let taken = 0;
    while (taken < lane.waiting.length && run.length < RUN_MAX) {
      const { item, sinceMs } = lane.waiting[taken++]!;
      waited(nowMs - sinceMs);
      if (nowMs - sinceMs > this.limits.waitMsMax) expired.push(item);
      else run.push(item);
    }
    lane.waiting = taken === lane.waiting.length ? null : lane.waiting.slice(taken);
    if (expired.length > 0) {
      this.total -= expired.length;
      this.expire(expired);
    }
    return run.length > 0 ? run : null;
  }

  /** Lanes that are open now. */
  get size(): number {
    return this.lanes.size;
  }

  /** Items waiting or being served. */
  get items(): number {
    return this.total;
  }
}

/** What tells how full the lanes are, for metrics and for draining. */
export interface LaneGauge {
  lanes(): number;
  items(): number;
}

/** Lanes with these limits, for the pipeline, and a gauge over all that the factory makes. */
export function boundedLanes(
  limits: LaneLimits,
  parts: LaneParts,
): LanesFactory & { readonly gauge: LaneGauge } {
  const made: BoundedLanes<never>[] = [];
  const factory: LanesFactory = <T>(
    serve: (customerId: string, run: readonly T[]) => Promise<void>,
    expire: (items: readonly T[]) => void,
  ) => {
    const lanes = new BoundedLanes<T>(limits, parts, serve, expire);
    made.push(lanes as unknown as BoundedLanes<never>);
    return lanes;
  };
  const sum = (of: (lanes: BoundedLanes<never>) => number) => made.reduce((n, l) => n + of(l), 0);
  const gauge: LaneGauge = { lanes: () => sum((l) => l.size), items: () => sum((l) => l.items) };
  return Object.assign(factory, { gauge });
}
