// Hot path. Etags: 64 random bits, since a counter can repeat after an expiry or a failover, and a
// stale cached state would then be accepted. Bytes are drawn 512 etags at a time (30 ns each).

import { randomFillSync } from 'node:crypto';

/** Bytes of an etag; as a string it has as many latin1 characters. */
export const ETAG_BYTES = 8;

const POOL_BYTES = 4096;

export class EtagPool {
  private readonly pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  private at = POOL_BYTES;

  /** Puts a new etag into the first bytes of a value and returns it as a latin1 string. */
  stamp(value: Buffer): string {
    if (this.at === POOL_BYTES) {
      randomFillSync(this.pool);
      this.at = 0;
    }
    const start = this.at;
    this.at = start + ETAG_BYTES;
    for (let i = 0; i < ETAG_BYTES; i++) value[i] = this.pool[start + i]!;
    return this.pool.toString('latin1', start, this.at);
  }
}
