// How a gateway leaves, without a request failing for it:
//
//   serving ──stop──► leaving ──after the delay──► closing ──nothing is left, or the deadline──► over
//                     /readyz 503, all else as     no new connections; every answer
//                     before: a load balancer      closes its connection
//                     has time to notice
//
// uWebSockets.js does not tell which connections are open, so "nothing is left" is: nothing is in
// flight, and nothing came for a moment. Who keeps a connection busy has been told `Connection: close`
// by then; connections that are idle are cut, which their owners must reckon with at any time.

import type { Admission } from './admission.ts';

/** Nothing came for so long: those who still hold a connection are not using it. */
const QUIET_MS = 200;
/** How often it is looked whether nothing is left, ms. */
const LOOK_MS = 5;

export class Drain {
  private phase: 'serving' | 'leaving' | 'closing' = 'serving';

  constructor(
    private readonly admission: Admission,
    private readonly monotonicMs: () => number,
  ) {}

  /** Whether new work had better go elsewhere. */
  get isLeaving(): boolean {
    return this.phase !== 'serving';
  }

  /** Hot path. Whether an answer closes its connection. */
  get isClosing(): boolean {
    return this.phase === 'closing';
  }

  /**
   * Goes through the phases; resolves when nothing is left, after `deadlineMs` at most.
   * @param delayMs how long to serve on before closing; half of the deadline at most
   * @param stopListening called when the delay is over
   */
  async run(deadlineMs: number, delayMs: number, stopListening: () => void): Promise<void> {
    const untilMs = this.monotonicMs() + deadlineMs;
    this.phase = 'leaving';
    if (delayMs > 0) await elapsed(Math.min(delayMs, deadlineMs / 2));
    stopListening();
    this.phase = 'closing';
    while (this.admission.quietMs(this.monotonicMs()) < QUIET_MS) {
      if (this.monotonicMs() >= untilMs) return;
      await elapsed(LOOK_MS);
    }
  }
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
