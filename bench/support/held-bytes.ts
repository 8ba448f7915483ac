import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What something holds of memory while somebody has it, heap and buffers together, bytes. */
export function heldBytes(make: () => unknown): number {
  const before = usedBytes();
  const kept = make();
  const held = usedBytes() - before;
  // Kept up to here.
  return kept === null ? 0 : held;
}

/** Heap and buffers after a collection. */
export function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Buffers are given back by the collection after the one that finds them.
  for (let times = 0; times < 3; times++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
