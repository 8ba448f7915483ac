// One direction of one proxied connection: bytes come in, wait for their time, and go out in order.
// Nothing is changed or reordered; what is held too long pushes back on the sender.

import type { Socket } from 'node:net';

/** How bytes travel; times in ms. Shared by all flows of a proxy and changed while they run. */
export interface Travel {
  latencyMs: number;
  /** Added to the latency, uniform in [0, jitterMs). */
  jitterMs: number;
  /** 0 = as fast as it goes. */
  bytesPerS: number;
  isStalled: boolean;
}

/**
 * An end comes so long after the last bytes, ms. A server that sees both at once may drop the request
 * (Node's does); the bytes of a sender who died are to be taken for what they say.
 */
const END_AFTER_MS = 200;

/** Held back at most, before the sender is paused; bytes. */
const HELD_MAX = 4 * 1024 * 1024;

export class ProxiedFlow {
  private readonly held: { readonly bytes: Buffer; readonly dueAtMs: number }[] = [];
  private heldBytes = 0;
  private lastDueAtMs = 0;
  private timer: NodeJS.Timeout | null = null;
  private hasEnded = false;
  private lastSentAtMs = 0;

  /** @param onBytes sees what leaves before it does; what it returns goes on (null = nothing) */
  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly travel: Travel,
    private readonly random: () => number,
    private readonly onBytes: (bytes: Buffer) => Buffer | null,
  ) {
    from.on('data', (bytes: Buffer) => this.take(bytes));
    from.on('end', () => {
      this.hasEnded = true;
      this.pump();
    });
    to.on('drain', () => this.pump());
  }

  /** Sends what may go; called again when the travel has changed. */
  pump(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    while (!this.travel.isStalled && !this.to.writableNeedDrain && this.held.length > 0) {
      const waitMs = this.held[0]!.dueAtMs - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pump(), Math.ceil(waitMs));
        return;
      }
      const { bytes } = this.held.shift()!;
      this.heldBytes -= bytes.length;
      const passed = this.onBytes(bytes);
      if (this.to.destroyed) return;
      if (passed !== null) this.to.write(passed);
      this.lastSentAtMs = performance.now();
    }
    if (this.heldBytes < HELD_MAX) this.from.resume();
    if (this.hasEnded && this.held.length === 0) this.pass(this.lastSentAtMs + END_AFTER_MS);
  }

  /** Forgets what is held; nothing more is sent. */
  drop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.held.length = 0;
  }

  /** Passes the end on, when its time has come. */
  private pass(endAtMs: number): void {
    if (this.to.writableEnded) return;
    const waitMs = endAtMs - performance.now();
    if (waitMs <= 0) this.to.end();
    else this.timer = setTimeout(() => this.pump(), Math.ceil(waitMs));
  }

  private take(bytes: Buffer): void {
    const { latencyMs, jitterMs, bytesPerS } = this.travel;
    const nowMs = performance.now();
    const arriveAtMs = nowMs + latencyMs + (jitterMs > 0 ? jitterMs * this.random() : 0);
    const tookMs = bytesPerS > 0 ? (bytes.length / bytesPerS) * 1_000 : 0;
    // Never before what came earlier; a narrow line adds the time that the bytes themselves take.
    this.lastDueAtMs = Math.max(arriveAtMs, this.lastDueAtMs) + tookMs;
    this.held.push({ bytes, dueAtMs: this.lastDueAtMs });
    this.heldBytes += bytes.length;
    if (this.heldBytes >= HELD_MAX) this.from.pause();
    this.pump();
  }
}
