// `proffer catalog validate`: every fault of a catalog, each on its line; then what is most likely
// not meant, which only `--strict` refuses.

import { formatFaults, formatWarnings } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import type { Output } from './output.ts';

/** @returns the exit code: 0 valid, 1 not; `strict`: 1 with a warning, too. */
export async function validateCatalog(
  path: string,
  strict: boolean,
  { stdout, stderr }: Output = process,
): Promise<number> {
  const loaded = loadCatalog(path);
  if (!loaded.ok) {
    stderr.write(`${formatFaults(loaded.faults)}\n`);
    return 1;
  }
  const { catalog, warnings } = loaded;
  if (warnings.length > 0) {
    stderr.write(`${strict ? formatFaults(warnings) : formatWarnings(warnings)}\n`);
    if (strict) return 1;
  }
  const counts = [
    [catalog.features.length, 'features'],
    [catalog.segments.length, 'segments'],
    [catalog.triggers.length, 'triggers'],
    [catalog.offers.length, 'offers'],
    [catalog.placements.size, 'placements'],
  ];
  const parts = counts.map(([n, what]) => `${n} ${what}`).join(', ');
  const warned = warnings.length === 0 ? '' : `, with ${number(warnings.length)}`;
  stdout.write(`${catalog.name} is valid (${catalog.hash}): ${parts}${warned}\n`);
  return 0;
}

function number(warnings: number): string {
  return warnings === 1 ? '1 warning' : `${warnings} warnings`;
}
