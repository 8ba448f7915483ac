// What came of running the `tests:` of a catalog.

/** Counts are of tests, not of their steps: one that fails anywhere has failed. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** One for each expectation that was not met, in the order of files and steps; bounded. */
  readonly failures: readonly TestFailure[];
}

/** An expectation that was not met. */
export interface TestFailure {
  /** Name of the test. */
  readonly test: string;
  readonly file: string;
  /** Of the expectation; both count from 1. */
  readonly line: number;
  readonly column: number;
  /** What was expected, what came, and where every expected offer ended and why; may have lines. */
  readonly message: string;
}
