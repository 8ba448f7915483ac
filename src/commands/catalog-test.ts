// `proffer catalog test`: runs the `tests:` of a catalog through the engine, without servers; with
// `--watch` again after each save.

import { formatFaults } from '../catalog/fault.ts';
import { loadCatalog } from '../catalog/load-catalog.ts';
import { watchFolder } from '../catalog/watch-folder.ts';
import type { TestFailure, TestReport } from '../catalog-tests/test-report.ts';
import { runCompiledTests } from '../compose/run-catalog-tests.ts';
import type { Output } from './output.ts';

const NO_TESTS = 'this catalog has no `tests:`: docs/reference.md#tests shows how to write one\n';

/** Prints what failed, then `N passed, N failed`. @returns the exit code: 1 with failures or faults */
export function testCatalog(path: string, { stdout, stderr }: Output = process): number {
  const loaded = loadCatalog(path);
  if (!loaded.ok) {
    stderr.write(`${formatFaults(loaded.faults)}\n`);
    return 1;
  }
  if (loaded.tests.length === 0) stderr.write(NO_TESTS);
  const report = runCompiledTests(loaded.catalog, loaded.tests);
  stdout.write(`${formatReport(report, loaded.typed)}\n`);
  return report.failed === 0 ? 0 : 1;
}

/**
 * Tests now and after each save, until it is told to stop.
 * @returns the exit code of the last run
 */
export async function testOnSave(
  path: string,
  stopped: Promise<unknown>,
  output: Output = process,
): Promise<number> {
  let code = testCatalog(path, output);
  output.stderr.write(`watching ${path}; Ctrl-C ends it\n`);
  const watch = watchFolder(path, () => {
    output.stdout.write('\n');
    code = testCatalog(path, output);
  });
  await stopped;
  watch.stop();
  return code;
}

/** All that failed, each at its place, then the plain line that sums up. */
function formatReport(
  { passed, failed, failures }: TestReport,
  typed: (file: string) => string,
): string {
  const lines = failures.map((failure) => formatFailure({ ...failure, file: typed(failure.file) }));
  const told = new Set(failures.map(({ test }) => test)).size;
  if (told < failed) lines.push(`… and ${failed - told} more tests failed`);
  return [...lines, `${passed} passed, ${failed} failed`].join('\n');
}

/** `file:line:column: test: message`, the message's further lines below it. */
function formatFailure({ file, line, column, test, message }: TestFailure): string {
  return `${file}:${line}:${column}: ${test}: ${message}`;
}
