// Runs tests one after the other, each with a customer of its own: none sees what another did, so
// tests that contradict each other are told as such, one passed and one failed.
//
// Bounded: tests and their steps by the reader of catalogs, the failures that are kept, and the time
// of all together. A test that was not run has failed: what nobody looked at must not be published
// as if it were right.

import { calendarOf, DAY_MS } from '../model/calendar.ts';
import type { Catalog } from '../model/catalog.ts';
import type { CatalogTest, Place } from './catalog-test.ts';
import { isMet, missText } from './miss-text.ts';
import { refusalText } from './refusal-text.ts';
import { stepResult } from './step-result.ts';
import type { TestFailure, TestReport } from './test-report.ts';
import type { BeginTest } from './tested-customer.ts';

/** Failures kept; more are only counted. */
export const FAILURES_MAX = 200;
/** Time that all tests together may take, ms. */
export const TESTS_MS_MAX = 10_000;

/** What running tests needs beside them. */
export interface TestRun {
  readonly catalog: Catalog;
  readonly begin: BeginTest;
  /** Whose day's noon is the start of tests that say none; epoch ms. */
  readonly nowMs: number;
  /** A clock that only goes on, ms. */
  readonly monotonicMs: () => number;
}

/** Runs all, in the order given. */
export function runTests(tests: readonly CatalogTest[], run: TestRun): TestReport {
  const failures: TestFailure[] = [];
  const untilMs = run.monotonicMs() + TESTS_MS_MAX;
  const isLate = () => run.monotonicMs() >= untilMs;
  const noonMs = noonOf(run.nowMs, run.catalog.timezone);
  let failed = 0;
  for (const test of tests) {
    let misses = 0;
    // Told one by one: what there is to say is of the customer as they are at that step.
    for (const { place, message } of missesOf(test, run, noonMs, isLate)) {
      misses++;
      if (failures.length === FAILURES_MAX) continue;
      const { file, line, column } = place;
      failures.push({ test: test.name, file, line, column, message: message() });
    }
    if (misses > 0) failed++;
  }
  return { passed: tests.length - failed, failed, failures };
}

interface Miss {
  readonly place: Place;
  /** Made for those that are kept: it takes longer than the step. */
  readonly message: () => string;
}

const TOO_LATE =
  `not run to its end: the tests of this catalog took ${TESTS_MS_MAX / 1_000} s in all, which is ` +
  'the most they may';

function* missesOf(
  { given, steps, place }: CatalogTest,
  { catalog, begin }: TestRun,
  noonMs: number,
  isLate: () => boolean,
): Generator<Miss, void> {
  let nowMs = given.startMs ?? noonMs;
  const begun = begin(given, nowMs);
  if (begun.kind === 'refused') {
    yield { place, message: () => `what is given is refused: ${begun.message}` };
    return;
  }
  const { customer } = begun;
  for (const step of steps) {
    if (isLate()) {
      yield { place: step.place, message: () => TOO_LATE };
      return;
    }
    nowMs += step.afterMs;
    const passed = customer.wait(nowMs, isLate);
    if (passed.kind !== 'passed') {
      const why = passed.kind === 'late' ? TOO_LATE : `not run to its end: ${passed.message}`;
      yield { place: step.place, message: () => why };
      return;
    }
    const { event, context } = step;
    const happened = event === null ? null : customer.send(event, context, nowMs);
    // What follows was meant to come after it: it would only fail for the same reason.
    if (happened?.kind === 'refused') {
      const message = () => refusalText(happened.message, event);
      yield { place: step.place, message: () => `the event is refused: ${message()}` };
      return;
    }
    for (const expectation of step.expected) {
      const came = { step, nowMs, passed, happened };
      const result = stepResult(customer, expectation.placement, came);
      if (isMet(expectation, result)) continue;
      const missed = { catalog, customerId: customer.id, expectation, result };
      yield { place: expectation.place, message: () => missText(missed) };
    }
  }
}

/** Noon of the local day of an instant. */
function noonOf(nowMs: number, timezone: string): number {
  const calendar = calendarOf(timezone);
  return calendar.instant(calendar.day(nowMs) * DAY_MS + DAY_MS / 2);
}
