// A test whose expectations are what the engine decided passes; with one of them changed it fails
// there, and nowhere else. Catalogs and behaviour are drawn at random, and stepped by a customer of the
// engine's own tests.

import { expect, it } from 'vitest';
import { runCatalogTests } from '../../src/compose/run-catalog-tests.ts';
import { TestBudgets } from '../../src/compose/test-budgets.ts';
import { prepare } from '../../src/engine/program.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { valid } from '../catalog/compile.ts';
import { Customer } from '../engine/support/customer.ts';
import { randomCatalog } from '../model/random-catalogs.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';

const seed = testSeed();
const START = '2026-11-22T02:00:00Z';
const PLACEMENTS = ['web', 'app', 'mail'] as const;
const OFFERS = ['offer_0', 'offer_1', 'offer_2', 'welcome', 'none'] as const;

interface Step {
  readonly event: string;
  readonly carried: JsonObject;
  readonly afterMs: number;
  readonly context: JsonObject | null;
}

function randomStep(random: Random): Step {
  const properties = (): JsonObject => ({
    product: random.pick(['p1', 'p2', 'p3']),
    amount: random.pick([0.1, 12, 9007199254740993n, -3]),
    shop: random.pick(['s1', 's2']),
    note: random.pick(['a note', null, ['x', 'y'], true]),
  });
  const event = random.pick(['Viewed', 'Viewed', 'Bought', 'Bought', '$identify']);
  const marketing = random() < 0.5;
  return {
    event,
    carried: event === '$identify' ? { name: random.pick(['Li', '']) } : properties(),
    afterMs: random.pick([0, 1_000, 60_000, 3_600_000, 5 * 86_400_000]),
    context: random.pick([
      null,
      { channel: 'app' },
      { consent: { categoryPreferences: { marketing } } },
    ]),
  };
}

/** What each step decided, by placement. */
function decided(catalog: string, id: string, steps: readonly Step[]) {
  const compiled = valid(catalog);
  const { calendar } = prepare(compiled, 1);
  const customer = new Customer(compiled, id);
  customer.nowMs = Date.parse(START);
  let budgets = TestBudgets.whole(
    new Map(compiled.offers.flatMap(({ name, budget }) => (budget ? [[name, budget]] : []))),
  );
  return steps.map(({ event, carried, afterMs, context }) => {
    customer.wait(afterMs);
    const known = budgets.on(calendar.day(customer.nowMs));
    const options = { budgets: known, ...(context === null ? {} : { context }) };
    const { decisions, grants } =
      event === '$identify'
        ? customer.identify(carried, options)
        : customer.track(event, carried, options);
    budgets = budgets.after(grants);
    return PLACEMENTS.map((placement) => {
      const decision = decisions.find((each) => each.placement === placement);
      return (decision?.offers ?? []).map(({ offerId }) => offerId);
    });
  });
}

type Expected = readonly (readonly (readonly string[])[])[];

/** The steps with what is expected of them, as a catalog says it. */
function written(id: string, steps: readonly Step[], expected: Expected): string {
  const flow = (value: unknown) =>
    JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `\u0000${each}` : each)).replace(
      /"\\u0000(\d+)"/g,
      '$1',
    );
  const lines = steps.map(({ event, carried, afterMs, context }, i) => {
    const expect = PLACEMENTS.map(
      (placement, k) => `${placement}: [${expected[i]![k]!.join(', ')}]`,
    );
    const more = context === null ? '' : `, context: ${flow(context)}`;
    return `      - { ${event}: ${flow(carried)}, after: ${afterMs}ms${more}, expect: { ${expect.join(', ')} } }\n`;
  });
  return `tests:\n  t:\n    given: { userId: ${id}, now: "${START}" }\n    events:\n${lines.join('')}`;
}

it('tests agree with the engine, and see every change of an expectation', () => {
  const random = seeded(seed);
  let seen = 0;
  for (let round = 0; round < 12; round++) {
    const catalog = randomCatalog(random, `c${round}`);
    const id = `u${random.below(50)}`;
    const steps = Array.from({ length: 12 }, () => randomStep(random));
    const expected = decided(catalog, id, steps);
    const report = (changed: Expected) =>
      runCatalogTests([
        { path: 'a.yaml', text: catalog },
        { path: 'b.yaml', text: written(id, steps, changed) },
      ]);
    expect(report(expected)).toEqual({ passed: 1, failed: 0, failures: [] });
    const [at, k] = [random.below(steps.length), random.below(PLACEMENTS.length)];
    const before = expected[at]![k]!;
    const offer = random.pick(OFFERS.filter((name) => name !== before[0]));
    const after = offer === 'none' ? [] : [offer];
    if (after.length === 0 && before.length === 0) continue;
    seen++;
    const changed = expected.map((row, i) =>
      i === at ? row.map((offers, j) => (j === k ? after : offers)) : row,
    );
    const { failed, failures } = report(changed);
    expect([failed, failures.map(({ file, line }) => `${file}:${line}`)]).toEqual([
      1,
      [`b.yaml:${5 + at}`],
    ]);
    expect(failures[0]!.message).toContain(
      `${PLACEMENTS[k]}: expected ${after[0] ?? 'no offer'}, found `,
    );
  }
  expect(seen).toBeGreaterThan(0);
});
