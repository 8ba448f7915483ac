// Bodies sent with Content-Encoding: gzip. Inflated in one go on this thread: the output is bounded
// by the route's limit (500 KB take about 1 ms), which also disarms gzip bombs: inflating stops at
// the limit, whatever the body claims.

import type { Buffer } from 'node:buffer';
import { gunzipSync } from 'node:zlib';

export type Inflated = Buffer | 'too_large' | 'broken';

/** @param bytesMax longest output */
export function inflate(body: Buffer, bytesMax: number): Inflated {
  try {
    return gunzipSync(body, { maxOutputLength: bytesMax });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? 'too_large'
      : 'broken';
  }
}
