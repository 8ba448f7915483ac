// Until when an answer is certain: it never changes before, and where it is said to the instant, it is
// another then. Against evaluating the condition at instants around all that could change it.
//
//   PROFFER_TEST_HORIZONS=5000 npx vitest run --project unit test/engine/timers/horizon.test.ts

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentUntil } from '../../../src/engine/timers/horizon.ts';
import { NO_INPUTS } from '../../../src/model/inputs.ts';
import { type Random, seeded, testSeed } from '../../support/seeded.ts';
import type { Customer } from '../support/customer.ts';
import {
  CLOCKS,
  DAY,
  drawCondition,
  drawCustomer,
  drawFeatures,
  HOUR,
  MINUTE,
} from './random-conditions.ts';

const SEED = testSeed();
const RUNS = Number(process.env.PROFFER_TEST_HORIZONS ?? 25);
const EXACT_RUNS = Math.ceil(RUNS / 12);

/** What marketers write. */
const USUAL: readonly string[] = [
  "since(last_a) >= duration('2d')",
  "since(last_a) > duration('2d')",
  "since(first_a) < duration('9d')",
  "n_ever == 1 && since(first_a) < duration('9d')",
  "n_ever >= 2 && since(last_a) > duration('3d')",
  'paid >= 9 && n >= 3',
  'paid < 9 || n < 2',
  'most > 5',
  'kinds >= 2',
  'mean <= 4',
  'dates >= 3',
  'trend > 1.0',
  "n_by['x'] >= 2",
  "paid_by['y'] > 5",
  "loves['x'] > 0.5",
  "loves_now['x'] > 0.5",
  'age(traits.born) >= 25',
  'timestamp(traits.ends) < now',
  "until(timestamp(traits.ends)) <= duration('3d') && !(since(last_a) < duration('1d'))",
  "note == 'x'",
  "'y' in or(recently, [])",
  'known(last_b)',
  "silence >= duration('2d')",
  'each >= 2',
  'score >= 10',
  'weekday(now) >= 6 && hour(now) >= 18',
  'date(now) >= timestamp(traits.ends)',
  'segment.other && n >= 1',
  "segment.stage == 'many'",
  'last_a > last_b',
  "since(last_a) >= duration('1d') && (n >= 2 || loves.y > 0.2)",
];

/** Of a customer at a time. */
interface Look {
  readonly customer: Customer;
  readonly segment: string;
  readonly member: string | null;
}

function isIn({ customer, segment, member }: Look, atMs: number): boolean {
  const { program, state } = customer;
  const scope = program.scope.point(state, null, null, NO_INPUTS, atMs);
  const { index } = program.catalog.segments.find(({ name }) => name === segment)!;
  const found = scope.segment(index);
  return member === null ? found === true : found === member;
}

function untilOf({ customer, segment, member }: Look, atMs: number): number {
  const { program, state } = customer;
  const scope = program.scope.point(state, null, null, NO_INPUTS, atMs);
  const definition = program.catalog.segments.find(({ name }) => name === segment)!;
  return segmentUntil(definition, member, scope);
}

/** Instants up to a time: its eve, edges of minutes, hours and buckets, and any. */
function* instants(random: Random, fromMs: number, untilMs: number): Generator<number> {
  const endMs = Math.min(untilMs, fromMs + 800 * DAY);
  yield endMs - 1;
  for (let i = 0; i < 60; i++) {
    const reach = (endMs - fromMs) * 2 ** -random.below(20);
    const any = Math.floor(fromMs + random() * reach);
    yield any;
    const unit = random.pick([MINUTE, HOUR, DAY / 4, 7_000, 25 * MINUTE, (28 * DAY) / 60]);
    yield Math.floor(any / unit) * unit;
    yield Math.floor(any / unit) * unit - 1;
  }
}

function fail(look: Look, source: string, nowMs: number, untilMs: number, atMs: number): never {
  const text = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : `${ms}`);
  const { catalog } = look.customer.program;
  expect.fail(
    `${look.segment}.${look.member} in ${catalog.timezone}: at ${text(nowMs)} until ` +
      `${text(untilMs)}, but ${isIn(look, nowMs)} is ${isIn(look, atMs)} at ${text(atMs)}\n${source}`,
  );
}

describe('until when an answer is certain', () => {
  test('is never later than it changes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const [zone, start] = random.pick(CLOCKS);
        const conditions = Array.from({ length: 5 }, () => drawCondition(random));
        const quoted = (condition: string) => JSON.stringify(condition);
        const source = `catalog: t
timezone: ${zone}
consent: { marketing: { default: denied } }
placements: { web: { channel: web, holdout: 30% } }
${drawFeatures(random)}segments:
  other: ${quoted(drawCondition(random, 0, false))}
  stage:
    - few: n < 2
    - many: n >= 4
  s0: ${quoted(conditions[0]!)}
  s1: ${quoted(conditions[1]!)}
  s2: ${quoted(conditions[2]!)}
  group:
    - a: ${quoted(conditions[3]!)}
    - b: ${quoted(conditions[4]!)}
`;
        const customer = drawCustomer(random, source, Date.parse(start));
        const looks: Look[] = [
          ...['s0', 's1', 's2'].map((segment) => ({ customer, segment, member: null })),
          ...['a', 'b'].map((member) => ({ customer, segment: 'group', member })),
        ];
        for (let i = 0; i < 3; i++) {
          const nowMs = customer.nowMs;
          for (const look of looks) {
            const was = isIn(look, nowMs);
            const untilMs = untilOf(look, nowMs);
            if (!(untilMs > nowMs)) fail(look, source, nowMs, untilMs, nowMs);
            for (const atMs of instants(random, nowMs, untilMs)) {
              if (atMs < untilMs && atMs > nowMs && isIn(look, atMs) !== was) {
                fail(look, source, nowMs, untilMs, atMs);
              }
            }
          }
          customer.wait(random.below(random.pick([HOUR, 2 * DAY, 20 * DAY])));
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });

  test('is the instant of the change, for what marketers write', () => {
    for (let i = 0; i < EXACT_RUNS; i++) {
      const random = seeded(SEED + i);
      const [zone, start] = random.pick(CLOCKS);
      const source = `catalog: t
timezone: ${zone}
${drawFeatures(random)}segments:
  other: n >= 2
  stage:
    - few: n < 2
    - many: n >= 4
${USUAL.map((condition, j) => `  usual_${j}: ${JSON.stringify(condition)}`).join('\n')}
`;
      const customer = drawCustomer(random, source, Date.parse(start));
      for (let j = 0; j < 6; j++) {
        const { nowMs } = customer;
        for (const segment of USUAL.map((_, k) => `usual_${k}`)) {
          const look: Look = { customer, segment, member: null };
          const untilMs = untilOf(look, nowMs);
          if (untilMs - nowMs < 19 * 366 * DAY && isIn(look, untilMs) === isIn(look, nowMs)) {
            fail(look, source, nowMs, untilMs, untilMs);
          }
        }
        customer.wait(random.below(3 * DAY));
      }
    }
  });
});
