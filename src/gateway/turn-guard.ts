// Hot path. Notices when the event loop itself is what is too slow. While it is, requests queue in the
// kernel where nobody counts them, and each turn of the loop finds more of them than the last: turns
// grow, and with them everybody's wait, until no answer comes in time.
//
//   a turn begins: open ──so long, and so many came──► closed: what still comes is shed
//                   ▲                                    │
//                   └───────────the next turn────────────┘
//
// A turn takes what its time is worth, oldest first, and the rest costs a tenth of being served. So
// there is no share to adapt, nothing is shed below the limit, and nothing after the load is gone. A
// share driven by measured delay (as CoDel does) was rejected: it lags behind the load both ways. That
// many must have come spares the few large batches that fill a long turn by themselves.

/** A timer is due so often and fires when a turn begins: up to so long before this one did. */
const PULSE_MS = 20;
/** The clock is looked at with every so-many-th piece of work; turns with less are never closed. */
const LOOK_EVERY = 64;

export class TurnGuard {
  private beganAtMs: number;
  private came = 0;
  private isClosed = false;
  private readonly pulse: NodeJS.Timeout;

  constructor(
    private readonly turnMsMax: number,
    private readonly monotonicMs: () => number,
  ) {
    this.beganAtMs = monotonicMs();
    this.pulse = setInterval(() => this.begin(), PULSE_MS);
    this.pulse.unref();
  }

  /** One more piece of work comes, a head or a whole body: false = this turn has no time for it. */
  takes(): boolean {
    if (this.isClosed) return false;
    if (++this.came % LOOK_EVERY !== 0) return true;
    this.isClosed = this.monotonicMs() - this.beganAtMs > this.turnMsMax + PULSE_MS;
    return !this.isClosed;
  }

  /** A turn begins. */
  begin(): void {
    this.beganAtMs = this.monotonicMs();
    this.came = 0;
    this.isClosed = false;
  }

  stop(): void {
    clearInterval(this.pulse);
  }
}
