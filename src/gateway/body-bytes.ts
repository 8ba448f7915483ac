// Hot path. The bytes of one body on their way in: counted against the route's limit and the gateway's
// room, kept where they come in parts, and inflated where they are gzip.

import { Buffer } from 'node:buffer';
import type { Admission } from './admission.ts';
import { BodyChunks } from './body-chunks.ts';
import { headOf, type Inflated, inflate } from './gzip-body.ts';

/** Bytes beyond a route's limit that are read to the end, so that the answer reaches clients that
 * write all before they read; past them the connection is cut. */
const DISCARDED_BYTES_MAX = 8 * 1024 * 1024;

/** What came of a part: all bytes, with the last one; or why there are none. */
export type Taken =
  | Buffer
  /** More is to come. */
  | 'more'
  /** Over the limit, and complete. */
  | 'over'
  /** So far over it that nobody waits for the end. */
  | 'endless'
  /** The gateway holds as much as it may. */
  | 'no_room';

export class BodyBytes {
  isGzip = false;
  /** Bytes of the gateway's room; given back with `leave`. */
  held = 0;
  /** The beginning of a body that was over the limit, as text. */
  head = '';
  private came = 0;
  private chunks: BodyChunks | null = null;

  constructor(private readonly admission: Admission) {}

  /** @param chunk is only lent: what is returned of a body in one part is a view of it */
  take(chunk: ArrayBuffer, isLast: boolean, bytesMax: number): Taken {
    this.came += chunk.byteLength;
    if (this.came > bytesMax) return this.discard(chunk, isLast, bytesMax);
    if (chunk.byteLength > 0 && !this.hold(chunk.byteLength)) return 'no_room';
    if (isLast) return this.all(chunk);
    this.chunks ??= new BodyChunks();
    this.chunks.add(chunk);
    return 'more';
  }

  /** What a gzip body was made of. */
  inflated(raw: Buffer, bytesMax: number): Inflated | 'no_room' {
    const inflated = inflate(raw, bytesMax);
    if (typeof inflated === 'string') this.head = headOf(raw, true);
    else if (!this.hold(inflated.length)) return 'no_room';
    return inflated;
  }

  /** Nothing of it is needed any more. */
  drop(): void {
    this.chunks = null;
  }

  private discard(chunk: ArrayBuffer, isLast: boolean, bytesMax: number): Taken {
    if (this.head === '') this.head = headOf(this.all(chunk), this.isGzip);
    this.chunks = null;
    if (isLast) return 'over';
    return this.came > bytesMax + DISCARDED_BYTES_MAX ? 'endless' : 'more';
  }

  private all(last: ArrayBuffer): Buffer {
    const { chunks } = this;
    if (chunks === null) return Buffer.from(last);
    this.chunks = null;
    return chunks.all(last);
  }

  private hold(bytes: number): boolean {
    if (!this.admission.takeBytes(bytes)) return false;
    this.held += bytes;
    return true;
  }
}
