import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What something holds of memory while somebody has it, heap and buffers together, bytes. */
export function heldBytes(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  const kept = make();
  const held = used() - before;
  // Kept up to here.
  return kept === null ? 0 : held;
}
