import { murmur3 } from '../../model/hash.ts';

/** A part of some time, ms: for the same text the same each time, and for many texts all of it. */
export function spreadMs(of: string, overMs: number): number {
  return overMs === 0 ? 0 : murmur3(of) % overMs;
}
