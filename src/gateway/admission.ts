// Hot path. Who may come in: whether the gateway is ready, and how much it holds at once. Every
// bound of one gateway process is here; what is over a bound is told 503 and may come again.

import type { ErrorCode } from '../errors.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import type { GatewayParts } from './gateway-parts.ts';
import { TurnGuard } from './turn-guard.ts';

/** Something whose body is still arriving. */
export interface Arriving {
  readonly startedAtMs: number;
  /** Not all of it is there; false once `arrived` was told. */
  readonly isArriving: boolean;
  /** Its time is up: answer 408 and let go. */
  expire(): void;
}

/** How often readiness is asked and late bodies are looked for, ms. */
const SWEEP_MS = 100;

export class Admission {
  /** Requests answered 429. */
  readonly limited: PlainCounter;
  /** Requests that were taken in and not answered yet. */
  private requests = 0;
  private submissions = 0;
  private bodyBytes = 0;
  /** When the last request came; monotonic. */
  private lastAtMs = Number.NEGATIVE_INFINITY;
  private ready = false;
  /**
   * Requests whose bodies are not all there, in order of arrival. A body usually comes with its
   * head, before the next request: until then the newest waits beside the set (0.3 µs less).
   */
  private readonly arriving = new Set<Arriving>();
  private newest: Arriving | null = null;
  private readonly noRoom: PlainCounter;
  private readonly lateInTurn: PlainCounter;
  private readonly noBytes: PlainCounter;
  private readonly turns: TurnGuard;
  private readonly sweep: NodeJS.Timeout;

  constructor(private readonly parts: GatewayParts) {
    const { limits, metrics } = parts;
    this.turns = new TurnGuard(limits.turnMsMax, () => parts.clock.monotonicMs());
    this.lateInTurn = parts.shed.of('turn_time');
    this.noRoom = parts.shed.of('in_flight');
    this.noBytes = parts.shed.of('body_bytes');
    this.limited = metrics.counter(
      'proffer_rate_limited_total',
      'Requests answered 429 because their key had its rate.',
    );
    metrics.gauge(
      'proffer_gateway_in_flight',
      'Submissions handed on and not answered yet.',
      () => this.submissions,
    );
    metrics.gauge(
      'proffer_gateway_body_bytes',
      'Bytes of request bodies held now.',
      () => this.bodyBytes,
    );
    this.sweep = setInterval(() => this.look(), SWEEP_MS);
    this.sweep.unref();
  }

  /** For how long nothing came; 0 while anything is in flight. */
  quietMs(nowMs: number): number {
    return this.requests > 0 || this.submissions > 0 ? 0 : nowMs - this.lastAtMs;
  }

  /**
   * Whether one more request would be too much, whatever it is; asked before it is looked at,
   * and again before its body is: many may come in by their heads alone, and be complete together.
   */
  sheds(): boolean {
    if (!this.turns.takes()) this.lateInTurn.value++;
    else if (this.submissions >= this.parts.limits.inFlightMax) this.noRoom.value++;
    else return false;
    return true;
  }

  /** Why nothing can be taken in now; null = come in. Asked before a body is read. */
  closed(): ErrorCode | null {
    return this.ready || this.askReady() ? null : 'not_ready';
  }

  /**
   * Counts an answer 503 or 429 by its code, wherever it came from. Why something is `overloaded` is
   * known only where that is found out, and has been counted there.
   */
  sentAway(code: ErrorCode): void {
    if (code !== 'overloaded') this.parts.shed.of(code).value++;
  }

  /** Room for `count` submissions; give it back with `releaseSubmissions`. */
  takeSubmissions(count: number): boolean {
    if (this.submissions + count > this.parts.limits.inFlightMax) {
      this.noRoom.value++;
      return false;
    }
    this.submissions += count;
    return true;
  }

  releaseSubmissions(count: number): void {
    this.submissions -= count;
  }

  /** Room for more of a body; given back by `leave`. */
  takeBytes(bytes: number): boolean {
    if (this.bodyBytes + bytes > this.parts.limits.bodyBytesInFlightMax) {
      this.noBytes.value++;
      return false;
    }
    this.bodyBytes += bytes;
    return true;
  }

  enter(request: Arriving): void {
    this.requests++;
    this.lastAtMs = request.startedAtMs;
    if (this.newest !== null) this.arriving.add(this.newest);
    this.newest = request;
  }

  /** Its body is all there. */
  arrived(request: Arriving): void {
    if (this.newest === request) this.newest = null;
    else this.arriving.delete(request);
  }

  /** Answered or gone. */
  leave(request: Arriving, heldBytes: number): void {
    if (request.isArriving) this.arrived(request);
    this.bodyBytes -= heldBytes;
    this.requests--;
  }

  /** Ends its timers. */
  stop(): void {
    clearInterval(this.sweep);
    this.turns.stop();
  }

  private askReady(): boolean {
    this.ready = this.parts.readiness().ready;
    return this.ready;
  }

  private look(): void {
    this.askReady();
    const latest = this.parts.clock.monotonicMs() - this.parts.limits.bodyDeadlineMs;
    if (this.newest !== null) this.arriving.add(this.newest);
    this.newest = null;
    // In order of arrival: the first that still has time ends the search.
    for (const request of this.arriving) {
      if (request.startedAtMs > latest) break;
      request.expire();
    }
  }
}
