// Lets go of what history has: of each partition held here what its trail says is due, and all that is
// marked once the ledger is half full.

import { readPositions } from '../../ledger/ledger-reader.ts';
import type { WriterParts } from './writer.ts';

/** @param ledgerMax records that a partition's ledger may hold */
export async function trimOnce(
  { connection, keys, leases, ledger, trail }: WriterParts,
  ledgerMax: number,
): Promise<void> {
  const held = leases.held();
  const positions = held.length === 0 ? [] : await readPositions(connection, keys, held);
  for (let i = 0; i < held.length; i++) {
    const partition = held[i]!;
    const { written, held: oldest, marked } = positions[i]!;
    const crowded = written - oldest + 1 > ledgerMax / 2;
    const last = crowded ? marked : trail.due(partition, Date.now());
    if (last === null || last < oldest) continue;
    const lease = { partition, fence: leases.fence(partition) };
    const outcome = await ledger.trim({ ...lease, last });
    if (outcome.kind === 'fenced') leases.lost(lease);
  }
}
