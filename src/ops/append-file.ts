// Mends the end of Redis' append-only file before Redis loads it. A machine that fails may leave two
// things there. Half a transaction: Redis drops what is half a command, but leaves the half transaction
// before it in the file (7.0 to 8.x; the Valkey project mended it in its pull request 4342): with
// the next restart its commands run together with the first transaction written after it, and a
// ledger record of an event that no state counted comes back. And zeros, where the file had grown and
// its bytes had not been written: with them Redis does not start.
//
//   …EXEC MULTI INCRBY XADD SE      Redis keeps …EXEC MULTI INCRBY XADD; here …EXEC is kept
//   …EXEC MULTI INCR 000000000      Redis refuses it; here …EXEC is kept
//
// Rejected: `redis-check-aof --fix`, which Redis' own program is under another name. It makes the same
// cuts, and cuts damage in the middle of a file, too, with all that is whole behind it (test file):
// one byte changed, and all acknowledged events behind it are gone before anybody was asked. Such a
// file is left alone here, Redis does not start, and people decide. Nor does it say apart from prose
// which of the two it met. For 1 GB it takes 3.6 s, this 2.7 s, and Redis to load it 5.5 s.

import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { wholePart } from './whole-transactions.ts';

/**
 * Cuts what Redis appends to after its last whole transaction. Linear in its size: the same file that
 * Redis reads next, and it does more with it. Redis must not run.
 * @param home the directory that Redis runs in
 * @returns bytes that were cut; 0 = there was nothing to mend, or nothing that is ours to mend
 */
export function mendAppendFile(home: string): number {
  const directory = join(home, 'appendonlydir');
  let cut = 0;
  // Behind one that nothing of was written, the one before may be torn: Redis begins a new file
  // before the one before is on the disk.
  for (const name of increments(directory).reverse()) {
    const path = join(directory, name);
    const { size, whole } = wholePart(path);
    if (whole === null) break;
    if (whole < size) truncateSync(path, whole);
    cut += size - whole;
    if (whole > 0) break;
  }
  return cut;
}

/** The files that the manifest names, in the order that Redis reads them. */
function increments(directory: string): string[] {
  let manifest: string;
  try {
    manifest = readFileSync(join(directory, 'appendonly.aof.manifest'), 'utf8');
  } catch {
    return [];
  }
  const found = [...manifest.matchAll(/^file (\S+) seq (\d+) type i\s*$/gm)];
  return found.sort((a, b) => Number(a[2]) - Number(b[2])).map(([, name]) => name!);
}
