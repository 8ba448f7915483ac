// `proffer catalog validate`: every fault of a catalog, each on its line; then what is most likely
// not meant, which only `--strict` refuses.
//
// Tests that nobody ran are no proof of anything. Said of a catalog that is only looked at, this is a
// hint; `--strict` runs them, since refusing every catalog that has tests would teach people to have
// none.

import { formatFaults, formatWarnings } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import { counted, refusalLine } from './catalog-text.ts';
import type { Output } from './output.ts';

/**
 * Ends with its verdict: on stdout of one that is valid, on stderr of one that is refused.
 * @param isDefault whether nobody typed the path, which is told then
 * @param allowsPrivate whether webhooks may go to private addresses
 * @returns the exit code: 0 valid, 1 not; `strict`: 1 with a warning or a test that fails, too
 */
export async function validateCatalog(
  path: string,
  strict: boolean,
  { stdout, stderr }: Output = process,
  isDefault = false,
  allowsPrivate = false,
): Promise<number> {
  const refused = (why: string) => {
    stderr.write(refusalLine(path, why));
    return 1;
  };
  const loaded = loadCatalog(path, Date.now(), allowsPrivate);
  if (!loaded.ok) {
    stderr.write(`${formatFaults(loaded.faults)}\n`);
    return refused(counted(loaded.faults.length, 'fault'));
  }
  const { catalog, warnings, tests } = loaded;
  if (warnings.length > 0) {
    stderr.write(`${strict ? formatFaults(warnings) : formatWarnings(warnings)}\n`);
    if (strict) return refused(counted(warnings.length, 'warning'));
  }
  if (strict && tests.length > 0) {
    const { testCatalog } = await import('./catalog-test.ts');
    const code = testCatalog(path, { stdout: stderr, stderr });
    if (code !== 0) return refused('not all of its tests passed');
  }
  const counts = [
    [catalog.features.length, 'feature'],
    [catalog.segments.length, 'segment'],
    [catalog.triggers.length, 'trigger'],
    [catalog.offers.length, 'offer'],
    [catalog.placements.size, 'placement'],
  ] as const;
  const parts = counts.map(([count, what]) => counted(count, what)).join(', ');
  const warned = warnings.length === 0 ? '' : `, with ${counted(warnings.length, 'warning')}`;
  if (!strict && tests.length > 0) {
    const [were, them] = tests.length === 1 ? ['was', 'it'] : ['were', 'them'];
    const run = `proffer catalog test ${path}`;
    stderr.write(`${counted(tests.length, 'test')} ${were} not run: ${run} runs ${them}\n`);
  }
  const where = isDefault ? ` (in ${path})` : '';
  stdout.write(`${catalog.name}${where} is valid (${catalog.hash}): ${parts}${warned}\n`);
  return 0;
}
