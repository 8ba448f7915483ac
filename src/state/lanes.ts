// Hot path. Per-customer order: one run at a time for a customer, and what comes meanwhile waits and
// is handed over together. A customer without work has no lane.
//
//   none ──push──► serving (waiting: 0) ──push──► serving (waiting: n) ──push──► … full: refused
//     ▲                │ run ends                     │ run ends: the next RUN_MAX are served
//     └────────────────┘                              ▼

import type { Lanes, LanesFactory } from '../pipeline.ts';

/** A run is one commit; 32 records bound how long its Lua call blocks Redis. */
export const RUN_MAX = 32;

export interface LaneLimits {
  /** Items waiting for one customer. */
  readonly laneMax: number;
  /** Items waiting or being served, of all customers. */
  readonly totalMax: number;
}

interface Lane<T> {
  /** null until something waits: most customers never have two events at a time. */
  waiting: T[] | null;
}

class BoundedLanes<T> implements Lanes<T> {
  private readonly lanes = new Map<string, Lane<T>>();
  private total = 0;

  constructor(
    private readonly limits: LaneLimits,
    private readonly serve: (customerId: string, run: readonly T[]) => Promise<void>,
  ) {}

  push(customerId: string, item: T): boolean {
    if (this.total >= this.limits.totalMax) return false;
    const lane = this.lanes.get(customerId);
    if (lane !== undefined) {
      if (lane.waiting === null) lane.waiting = [item];
      else if (lane.waiting.length < this.limits.laneMax) lane.waiting.push(item);
      else return false;
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
    let run = first;
    for (;;) {
      try {
        await this.serve(customerId, run);
      } catch {
        // `serve` settles its items itself, faults included; a lane must survive it anyway.
      }
      this.total -= run.length;
      const { waiting } = lane;
      if (waiting === null) break;
      if (waiting.length <= RUN_MAX) {
        run = waiting;
        lane.waiting = null;
      } else {
        run = waiting.slice(0, RUN_MAX);
        lane.waiting = waiting.slice(RUN_MAX);
      }
    }
    this.lanes.delete(customerId);
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
export function boundedLanes(limits: LaneLimits): LanesFactory & { readonly gauge: LaneGauge } {
  const made: BoundedLanes<never>[] = [];
  const factory: LanesFactory = <T>(
    serve: (customerId: string, run: readonly T[]) => Promise<void>,
  ) => {
    const lanes = new BoundedLanes<T>(limits, serve);
    made.push(lanes as unknown as BoundedLanes<never>);
    return lanes;
  };
  const sum = (of: (lanes: BoundedLanes<never>) => number) => made.reduce((n, l) => n + of(l), 0);
  const gauge: LaneGauge = { lanes: () => sum((l) => l.size), items: () => sum((l) => l.items) };
  return Object.assign(factory, { gauge });
}
