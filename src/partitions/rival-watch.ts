// Of what only one worker can do (an embedded history), the one that was here first goes on, and the
// other has to be stopped. One that died a moment ago is heard of until its announcement expires, and
// is none.

import { beatMs } from './lease-share.ts';

/** How much longer than a lease a dead worker may be heard of; ms. */
const MARGIN_MS = 2_000;

export class RivalWatch {
  private readonly patience: number;
  private since: number | null = null;

  /**
   * @param ttlMs of leases and announcements
   * @param onRival told at every look while an elder worker goes on
   */
  constructor(
    ttlMs: number,
    private readonly onRival: (worker: string) => void,
  ) {
    this.patience = Math.ceil((ttlMs + MARGIN_MS) / beatMs(ttlMs));
  }

  /**
   * @param elder a worker that was here before this one and still is; null = none
   * @param beats announcements that Redis has answered. Not a clock: what Redis said before it hung, or
   *   this process slept, is not what it says now
   */
  look(elder: string | null, beats: number): void {
    if (elder === null) {
      this.since = null;
      return;
    }
    this.since ??= beats;
    if (beats - this.since > this.patience) this.onRival(elder);
  }
}
