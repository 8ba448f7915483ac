// Short ways to run the tests of a catalog, as the shell and a gateway do.

import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';

/** A catalog with tests in a file of their own, whose lines count from 1. */
export function run(catalog: string, tests: string, nowMs?: number) {
  const files = [
    { path: 'shop.yaml', text: `catalog: shop\n${catalog}` },
    { path: 'tests.yaml', text: tests },
  ];
  return runCatalogTests(files, nowMs);
}

/** What failed, as `line:column test: message`. */
export function failuresOf(catalog: string, tests: string, nowMs?: number): readonly string[] {
  const { failures } = run(catalog, tests, nowMs);
  return failures.map(({ line, column, test, message }) => `${line}:${column} ${test}: ${message}`);
}

/** One test named `t`, of its `given` and its steps, each a line. */
export function oneTest(given: string, ...steps: readonly string[]): string {
  const lines = steps.map((step) => `      - ${step}`).join('\n');
  return `tests:\n  t:\n    given: ${given}\n    events:\n${lines}\n`;
}
