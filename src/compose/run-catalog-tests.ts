// The tests of a catalog, run through the real engine: by the shell, and by a gateway before it
// publishes.

import { compileCatalog } from '../catalog/compile-catalog.ts';
import { formatFaults } from '../catalog/fault.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import type { CatalogTest } from '../catalog-tests/catalog-test.ts';
import { runTests } from '../catalog-tests/run-tests.ts';
import type { TestReport } from '../catalog-tests/test-report.ts';
import type { Catalog } from '../model/catalog.ts';
import { testsOf } from './tested-customer.ts';

/**
 * Compiles the files and runs their tests. Synchronous; bounded by `TESTS_MS_MAX` and what compiling
 * takes.
 * @param nowMs the day on whose noon tests begin that say no `now`
 * @throws Error with the faults of files that do not compile: whoever has those tells them first
 */
export function runCatalogTests(files: readonly SourceFile[], nowMs = Date.now()): TestReport {
  const compiled = compileCatalog(files);
  if (!compiled.ok) throw new Error(formatFaults(compiled.faults));
  return runCompiledTests(compiled.catalog, compiled.tests, nowMs);
}

/** As `runCatalogTests`, of a catalog that is compiled already. */
export function runCompiledTests(
  catalog: Catalog,
  tests: readonly CatalogTest[],
  nowMs = Date.now(),
): TestReport {
  if (tests.length === 0) return { passed: 0, failed: 0, failures: [] };
  const monotonicMs = () => performance.now();
  return runTests(tests, { catalog, begin: testsOf(catalog), nowMs, monotonicMs });
}
