// Tests without end: however many there are, a run ends and its report stays small.

import { describe, expect, it } from 'vitest';
import type { CatalogTest } from '../../src/catalog-tests/catalog-test.ts';
import { FAILURES_MAX, runTests, TESTS_MS_MAX } from '../../src/catalog-tests/run-tests.ts';
import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';
import { testsOf } from '../../src/compose/tested-customer.ts';
import { compile, reported } from '../catalog/compile.ts';
import { run } from './tested.ts';

const CATALOG = `triggers: { ask: { on: Asked, decide: app } }
offers: { o: { treatments: { app: { x: 1 } } } }
placements: { app: {} }
`;

describe('the run of tests', () => {
  it('keeps some hundred failures and counts the others', () => {
    const tests = Array.from(
      { length: FAILURES_MAX + 50 },
      (_, i) => `  t${i}: { events: [{ Asked: {}, expect: { app: none } }] }\n`,
    );
    const { passed, failed, failures } = run(CATALOG, `tests:\n${tests.join('')}`);
    expect([passed, failed, failures.length]).toEqual([0, FAILURES_MAX + 50, FAILURES_MAX]);
    expect(failures.at(-1)!.test).toBe(`t${FAILURES_MAX - 1}`);
  });

  it('ends when its time is over: what was not run has failed, and says so', () => {
    const compiled = compile(`catalog: t
${CATALOG}tests:
  a: { events: [{ Asked: {}, expect: { app: o } }] }
  b: { events: [{ Asked: {} }, { Asked: {}, expect: { app: o } }] }
  c: { events: [{ Asked: {}, expect: { app: o } }] }
`);
    if (!compiled.ok) throw new Error('the catalog is faulty');
    const { catalog, tests } = compiled;
    // Each look at the clock takes a third of the time there is.
    let ms = 0;
    const monotonicMs = () => {
      ms += TESTS_MS_MAX / 3;
      return ms;
    };
    const report = runTests(tests, { catalog, begin: testsOf(catalog), nowMs: 0, monotonicMs });
    expect([report.passed, report.failed]).toEqual([1, 2]);
    expect(report.failures.map(({ test, line, column }) => `${test} ${line}:${column}`)).toEqual([
      'b 7:32',
      'c 8:17',
    ]);
    for (const { message } of report.failures) expect(message).toContain('took 10 s in all');
  });
});

describe('time that passes in a test', () => {
  const evenings = `catalog: t
segments: { evening: hour(now) >= 18 }
triggers: { t: { enter: evening, decide: app } }
offers: { o: { treatments: { app: { x: 1 } } } }
placements: { app: {} }
tests: { t: { events: [{ wait: 7300d, expect: { app: o } }] } }
`;

  it('has so many instants at which something is due, and no more', () => {
    const { failures } = runCatalogTests([{ path: 'a.yaml', text: evenings }]);
    expect(failures.map(({ message }) => message)).toEqual([
      'not run to its end: in it something is due at more than 10,000 instants',
    ]);
  });

  it('ends with the time of all tests, too', () => {
    const compiled = compile(evenings);
    if (!compiled.ok) throw new Error('the catalog is faulty');
    const { catalog, tests } = compiled;
    let ms = 0;
    const monotonicMs = () => {
      ms += TESTS_MS_MAX / 100;
      return ms;
    };
    const { failures } = runTests(tests, {
      ...{ catalog, begin: testsOf(catalog), nowMs: 0, monotonicMs },
    });
    expect(failures.map(({ message }) => message)).toEqual([
      expect.stringContaining('took 10 s in all'),
    ]);
  });
});

describe('a test', () => {
  const of = (given: string, steps: readonly string[]) =>
    reported(
      `catalog: t\n${CATALOG}tests:\n  t:\n    given: ${given}\n    events: [${steps.join(', ')}]\n`,
    );

  it('has a thousand steps at most', () => {
    expect(of('{}', Array(1_000).fill('{ Asked: {} }'))).toEqual([]);
    expect(of('{}', Array(1_001).fill('{ Asked: {} }'))).toEqual([
      expect.stringContaining('tests.t.events[1000]: more than 1000 steps in one test'),
    ]);
  });

  it('takes a hundred years at most', () => {
    const years = (n: number) => `{ wait: ${n * 365}d }`;
    expect(of('{}', [years(50), years(50)])).toEqual([]);
    expect(of('{}', [years(50), years(51), years(99)])).toEqual([
      expect.stringContaining('tests.t.events[1]: more than a hundred years pass in one test'),
    ]);
  });

  it('begins at a time that events can have', () => {
    expect(of('{ now: 1970-01-02 }', ['{ Asked: {} }'])).toEqual([]);
    expect(of('{ now: 1969-12-31 }', ['{ Asked: {} }'])).toEqual([
      expect.stringContaining('found "1969-12-31", expected a date from 1970 on'),
    ]);
  });

  it('says of a purpose that it is granted or denied', () => {
    const consent = 'consent: { marketing: { default: denied } }\n';
    const given = (choice: string) =>
      reported(
        `catalog: t\n${consent}${CATALOG}tests: { t: { given: { consent: { marketing: ${choice} } }, events: [{ Asked: {} }] } }`,
      );
    for (const choice of ['granted', 'denied', 'true', 'false']) expect(given(choice)).toEqual([]);
    for (const choice of ['yes', '1', '[granted]', 'null']) {
      expect(given(choice)).toEqual([expect.stringContaining('expected granted or denied')]);
    }
  });

  it('expects offers or none, not both', () => {
    expect(of('{}', ['{ Asked: {}, expect: { app: [o, none] } }'])).toEqual([
      expect.stringContaining('found "none" beside offers, expected one or the other'),
    ]);
  });

  it('may report what became of offers, declared or not, without a warning', () => {
    const text = `catalog: t
events: { Asked: }
${CATALOG}tests: { t: { events: [{ Asked: {} }, { Offer Redeemed: { offerId: o } }] } }
`;
    expect(compile(text, { warnAtMs: 0 })).toMatchObject({ ok: true, warnings: [] });
  });
});

it('a catalog without tests has none to run', () => {
  const compiled = compile(`catalog: t\n${CATALOG}`);
  const tests: readonly CatalogTest[] | false = compiled.ok && compiled.tests;
  expect(tests).toEqual([]);
});
