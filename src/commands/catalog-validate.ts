// `proffer catalog validate`: every fault of a catalog, each on its line.

import { formatFaults } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';

/** @returns the exit code: 0 valid, 1 not. */
export async function validateCatalog(path: string): Promise<number> {
  const loaded = loadCatalog(path);
  if (!loaded.ok) {
    process.stderr.write(`${formatFaults(loaded.faults)}\n`);
    return 1;
  }
  const { catalog } = loaded;
  const counts = [
    [catalog.features.length, 'features'],
    [catalog.segments.length, 'segments'],
    [catalog.triggers.length, 'triggers'],
    [catalog.offers.length, 'offers'],
    [catalog.placements.size, 'placements'],
  ];
  const parts = counts.map(([n, what]) => `${n} ${what}`).join(', ');
  process.stdout.write(`${catalog.name} is valid (${catalog.hash}): ${parts}\n`);
  return 0;
}
