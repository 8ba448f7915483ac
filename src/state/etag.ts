// Hot path. Etags: 64 random bits, since a counter can repeat after an expiry or a failover, and a
// stale cached state would then be accepted. Bytes are drawn 512 etags at a time (30 ns each).

import { randomFillSync } from 'node:crypto';

/** Bytes of an etag; as a string it has as many latin1 characters. */
export const ETAG_BYTES = 8;

const POOL_BYTES = 4096;

export class EtagPool {
  private readonly pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  private at = POOL_BYTES;

  /** A new etag, a character a byte. */
  next(): string {
    if (this.at === POOL_BYTES) {
      randomFillSync(this.pool);
      this.at = 0;
    }
    this.at += ETAG_BYTES;
    return this.pool.toString('latin1', this.at - ETAG_BYTES, this.at);
  }
}
