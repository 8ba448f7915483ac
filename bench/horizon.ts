// What does it cost to know until when a customer's segments stay as they are? The retail catalog's
// segments, and some with more in them, of customers with a past. The floor is evaluating the same
// segment once, at the same instants.
//
//   node --import tsx bench/horizon.ts [customers=500] [instants=20]

import { fileURLToPath } from 'node:url';
import { compileCatalog } from '../src/catalog/compile-catalog.ts';
import { type Program, prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { segmentUntil } from '../src/engine/timers/horizon.ts';
import { NO_INPUTS } from '../src/model/inputs.ts';
import { type CustomerState, emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import { seeded, shopEvent } from './support/events.ts';
import { machine, resultHash } from './support/machine.ts';
import { submissionOf } from './support/submission.ts';
import { table } from './support/table.ts';

const SEED = 7;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 8, 1);
const EVENTS_EACH = 60;
const EVERY_MS = 1.5 * DAY_MS;

const CATALOG = `catalog: bench
timezone: Asia/Shanghai
features:
  orders: { count: Order Completed }
  first_order: { first: Order Completed }
  last_order: { last: Order Completed }
  orders_90d: { count: Order Completed, window: 90d }
  spend_90d: { sum: properties.total, of: Order Completed, window: 90d }
  loves: { affinity: properties.category, of: { Product Viewed: 1, Product Added: 3 }, half_life: 7d }
  views: { count: Product Viewed, by: properties.product_id, window: 7d }
  active_days_28d: { days: "*", window: 28d }
  basket: { formula: "spend_90d / or(orders_90d, 1)" }
segments:
  lapsed: since(last_order) >= duration('30d')
  vip: spend_90d >= 500 && orders_90d >= 3
  lifecycle:
    - new: orders == 1 && since(first_order) < duration('30d')
    - loyal: orders_90d >= 4
    - at_risk: orders >= 2 && since(last_order) > duration('60d')
  active: active_days_28d >= 3
  phones: loves['phone'] > 0.5
  grown: age(traits.birthday) >= 25
  basket: basket >= 120
  viewed: views.exists(v, views[v] >= 3)
`;

export function horizonBench(customers: number, instants: number): string {
  const compiled = compileCatalog([{ path: 'bench.yaml', text: CATALOG }]);
  if (!compiled.ok) throw new Error('the bench catalog is not valid');
  const program = prepare(compiled.catalog, 1);
  const random = seeded(SEED);
  const states = Array.from({ length: customers }, (_, c) => customerOf(program, random, c));
  const rows = program.catalog.segments.map((segment) => {
    const member = segment.members?.[2]?.name ?? null;
    const scopeAt = (state: CustomerState, ms: number) =>
      program.scope.point(state, null, null, NO_INPUTS, ms);
    const floor = measured(states, instants, (state, ms) => {
      return Number(scopeAt(state, ms).segment(segment.index) !== false);
    });
    const until = measured(states, instants, (state, ms) =>
      segmentUntil(segment, member, scopeAt(state, ms)),
    );
    const forever = until.answers.filter((ms) => ms === Number.POSITIVE_INFINITY).length;
    const share = `${Math.round((100 * forever) / until.answers.length)} %`;
    return [
      ...[segment.name + (member === null ? '' : `.${member}`), floor.median, until.median],
      ...[until.p99, share, resultHash(until.answers.join())],
    ];
  });
  return table(
    ['segment, µs, median', 'floor: whether it holds', 'until when', 'p99', 'for ever', 'answers'],
    rows,
  );
}

function customerOf(program: Program, random: () => number, c: number): CustomerState {
  let state = emptyState(`u${c}`);
  for (let i = 0; i < EVENTS_EACH; i++) {
    const nowMs = START_MS + Math.floor((i + random()) * EVERY_MS);
    const submission = submissionOf(shopEvent(random, 1, i), nowMs);
    const { stimulus } = submission;
    if (i === 0 && stimulus.kind === 'event') {
      const born = new Date(Date.UTC(1990 + (c % 20), c % 12, 1 + (c % 28)));
      const traits = { birthday: born.toISOString().slice(0, 10) };
      const event = { ...stimulus.event, type: 'identify', name: '$identify', traits } as const;
      state = stepped(program, state, { ...submission, stimulus: { ...stimulus, event } });
    }
    state = stepped(program, state, submission);
  }
  return state;
}

function stepped(program: Program, state: CustomerState, submission: Submission): CustomerState {
  const after = step(program, state, { ...submission, customerId: state.customerId }, NO_INPUTS);
  return after.kind === 'stepped' ? after.state : state;
}

/** Each customer at each instant, twice: the first round warms up. */
function measured(
  states: readonly CustomerState[],
  instants: number,
  ask: (state: CustomerState, ms: number) => number,
) {
  const took: number[] = [];
  const answers: number[] = [];
  for (const isWarm of [false, true]) {
    for (let i = 0; i < instants; i++) {
      const ms = START_MS + Math.floor((EVENTS_EACH / 2 + i * 3.3) * EVERY_MS);
      for (const state of states) {
        const from = process.hrtime.bigint();
        const answer = ask(state, ms);
        if (!isWarm) continue;
        took.push(Number(process.hrtime.bigint() - from) / 1_000);
        answers.push(answer);
      }
    }
  }
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(took.length * share)]!.toFixed(2);
  return { median: at(0.5), p99: at(0.99), answers };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  console.log(horizonBench(Number(process.argv[2] ?? 500), Number(process.argv[3] ?? 20)));
}
