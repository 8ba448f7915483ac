// The parts of a body that comes in several. Most bodies come in one, and have no use for this.

import { Buffer } from 'node:buffer';

/** Kept chunks are joined when there are more: tiny chunks would cost more than their bytes. */
const CHUNKS_MAX = 64;

export class BodyChunks {
  private chunks: Buffer[] = [];

  /** Keeps a copy: a chunk of uWebSockets.js is gone when its callback returns. */
  add(chunk: ArrayBuffer): void {
    this.chunks.push(Buffer.from(new Uint8Array(chunk)));
    if (this.chunks.length > CHUNKS_MAX) this.chunks = [Buffer.concat(this.chunks)];
  }

  /** Everything, the last chunk included. */
  all(last: ArrayBuffer): Buffer {
    this.chunks.push(Buffer.from(last));
    return Buffer.concat(this.chunks);
  }
}
