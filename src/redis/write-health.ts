// Whether Redis takes what this process writes. A connection that stands says little: a Redis that is
// full, a replica, without disk or short of rights answers, and refuses every write.
//
//   well ─ a write failed ─► doubtful ─ 2 s without one that succeeded ─► probed ─ refused ─► refusing
//    ▲                          │                                           │ taken          │ probed each
//    └──── one succeeded ───────┴───────────────────────────────────────────┴────── taken ───┘ second
//
// The probe decides, and not the writes that failed: those of a cluster may all have been meant for one
// master that is away, while the others are served. It also needs no traffic, of which there is none
// once load balancers have turned away.

import type { Log } from '../ops/log.ts';
import type { Keys } from './keys.ts';
import type { RedisConnection } from './redis-connection.ts';

/** So long without a write that succeeds is not the moment of a restart or of one slow answer; ms. */
const DOUBT_MS = 2_000;
const PROBE_EVERY_MS = 1_000;
const PROBE_EXPIRY_MS = 10_000;
/** Partitions a probe writes to: enough to meet every master of a cluster of the usual size. */
const PROBED_MAX = 16;

export interface WriteHealthParts {
  /** Writes something small. @throws why it was not taken */
  probe(): Promise<void>;
  /** Never goes back; ms. */
  monotonicMs(): number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

export class WriteHealth {
  private hasSucceeded = true;
  private failingSinceMs = 0;
  private refusing = false;
  private isProbing = false;
  private isStopped = false;
  private timer: NodeJS.Timeout | null = null;
  private why: unknown = null;
  private said = '';

  constructor(private readonly parts: WriteHealthParts) {}

  /** False once writes failed for a while and the probe did, too. */
  get takesWrites(): boolean {
    return !this.refusing;
  }

  /** Hot path: a write was taken. */
  succeeded(): void {
    this.hasSucceeded = true;
  }

  /** A write was not taken, or not in time. */
  failed(error: unknown): void {
    if (this.hasSucceeded) {
      this.hasSucceeded = false;
      this.failingSinceMs = this.parts.monotonicMs();
    }
    this.why = error;
    if (this.timer === null && !this.isProbing) this.lookIn(DOUBT_MS);
  }

  /** There is a new connection: what was refused on the old one may be taken now. */
  connected(): void {
    if (this.refusing && !this.isProbing) void this.look();
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private lookIn(ms: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.look(), ms);
    this.timer.unref();
  }

  private async look(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.hasSucceeded) {
      this.said = '';
      this.settle(false);
      return;
    }
    const leftMs = this.failingSinceMs + DOUBT_MS - this.parts.monotonicMs();
    if (!this.refusing && leftMs > 0) {
      this.lookIn(leftMs);
      return;
    }
    this.say(this.why);
    this.isProbing = true;
    const isTaken = await this.parts.probe().then(
      () => true,
      () => false,
    );
    this.isProbing = false;
    this.settle(!isTaken);
    // Writes that go on failing are doubted anew.
    if (isTaken) this.hasSucceeded = true;
    else this.lookIn(PROBE_EVERY_MS);
  }

  private settle(refusing: boolean): void {
    if (this.refusing && !refusing) this.parts.log.info('Redis takes writes again: ready');
    if (!this.refusing && refusing) this.parts.log.warn('Redis takes no writes: not ready');
    this.refusing = refusing;
  }

  /** The same reason is said again only after a write succeeded. */
  private say(why: unknown): void {
    const { cause } = why as { readonly cause?: unknown };
    const text = cause instanceof Error ? cause.message : String(why);
    if (text !== this.said) this.parts.log.warn(`no write succeeded for 2 s: ${text}`);
    this.said = text;
  }
}

/** A probe that is taken when any of the partitions it writes to takes it. */
export function writeProbe(connection: RedisConnection, keys: Keys): () => Promise<void> {
  const probed = Array.from({ length: Math.min(keys.partitions, PROBED_MAX) }, (_, partition) =>
    keys.probe(partition),
  );
  return async () => {
    await Promise.any(
      probed.map(async (key) => {
        await connection.call('set', [key, '1', 'PX', String(PROBE_EXPIRY_MS)]);
        await connection.replicated(key);
      }),
    );
  };
}
