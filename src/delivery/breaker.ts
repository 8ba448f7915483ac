// Keeps attempts from an endpoint that takes nothing: they would only use up what each delivery has.
//
//   closed ──of 20 or more in 30 s, 90 % failed──► open ──a probe succeeds──► closed, nothing remembered
//                                                   └ one probe a second

const WINDOW_MS = 30_000;
const ATTEMPTS_MIN = 20;
const SHARE_FAILED = 0.9;
const PROBE_EVERY_MS = 1_000;
/** Seconds of the window are counted together: what is remembered does not grow with the traffic. */
const SLOT_MS = 1_000;

interface Slot {
  readonly startMs: number;
  attempts: number;
  failed: number;
}

export class Breaker {
  isOpen = false;
  private slots: Slot[] = [];
  private probedAtMs = Number.NEGATIVE_INFINITY;

  /** How many attempts may begin now. @param most where it is closed */
  room(most: number, inFlight: number, nowMs: number): number {
    const free = Math.max(0, most - inFlight);
    if (!this.isOpen) return free;
    // Also where the clock was set back.
    return Math.abs(nowMs - this.probedAtMs) >= PROBE_EVERY_MS ? Math.min(1, free) : 0;
  }

  /** Attempts begin. */
  begun(nowMs: number): void {
    if (this.isOpen) this.probedAtMs = nowMs;
  }

  /** An attempt has ended. */
  note(hasFailed: boolean, nowMs: number): void {
    if (this.isOpen) {
      if (!hasFailed) {
        this.isOpen = false;
        this.slots = [];
      }
      return;
    }
    this.count(hasFailed, nowMs);
    let attempts = 0;
    let failed = 0;
    for (const slot of this.slots) {
      attempts += slot.attempts;
      failed += slot.failed;
    }
    if (attempts < ATTEMPTS_MIN || failed < attempts * SHARE_FAILED) return;
    this.isOpen = true;
    this.probedAtMs = nowMs;
  }

  private count(hasFailed: boolean, nowMs: number): void {
    const isOver = ({ startMs }: Slot) => Math.abs(nowMs - startMs) >= WINDOW_MS;
    while (this.slots.length > 0 && isOver(this.slots[0]!)) this.slots.shift();
    let last = this.slots.at(-1);
    if (last === undefined || nowMs - last.startMs >= SLOT_MS) {
      last = { startMs: nowMs, attempts: 0, failed: 0 };
      this.slots.push(last);
    }
    last.attempts++;
    if (hasFailed) last.failed++;
  }
}
