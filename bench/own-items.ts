// What does an event cost whose customer's own items are kept? The engine alone (open the state, step,
// encode), with the retail example; the floor is the same event and customer without its recommenders. All
// are measured in many short turns right after their floors, since the machine has slow moments.
//
//   node --import tsx bench/own-items.ts [events=400] [rounds=60]

import { fileURLToPath } from 'node:url';
import { compileCatalog } from '../src/catalog/compile-catalog.ts';
import { formatFaults } from '../src/catalog/fault.ts';
import { type Program, prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { NO_INPUTS } from '../src/model/inputs.ts';
import { type CustomerState, emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import { StateCodec } from '../src/state/codec.ts';
import { machine, noise, resultHash } from './support/machine.ts';
import { PairedCosts } from './support/paired-costs.ts';
import { retailFiles } from './support/retail.ts';
import { submissionOf } from './support/submission.ts';
import { table } from './support/table.ts';

/** Own items of the customer before the event. */
const OWN_ITEMS = [0, 10, 48];
const START_MS = Date.UTC(2026, 10, 30);
/** Apart from one another, so that none is due to what came just before. */
const STEP_MS = 60_000;

export function ownItems(events: number, rounds: number): string {
  const programs = [false, true].map(programOf);
  const codec = new StateCodec();
  const documents = OWN_ITEMS.map((own) =>
    programs.map((program) => codec.encode(customerOf(program, own))),
  );
  const costs = new PairedCosts(OWN_ITEMS.length);
  const block = (i: number, side: number) => {
    const [program, document] = [programs[side]!, documents[i]![side]!];
    const event = viewed(OWN_ITEMS[i]!, OWN_ITEMS[i]! >> 1);
    const before = process.cpuUsage();
    for (let n = 0; n < events; n++) {
      codec.encode(stepped(program, codec.decode('u1', document), event));
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / events;
  };
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < OWN_ITEMS.length; i++) {
      const [floor, cost] = [block(i, 0), block(i, 1)];
      // The first round warms up.
      if (round > 0) costs.add(i, floor, cost);
    }
  }
  const rows = OWN_ITEMS.map((own, i) => {
    const [without, with_] = documents[i]!.map((document) => document.length);
    return [own, ...costs.beside(i), without!, with_!];
  });
  const head = [
    'floor: no recommenders, µs',
    'with them, µs',
    '÷ floor',
    'state, bytes',
    'with them',
  ];
  const result = resultHash(
    documents
      .flat()
      .map((document) => document.length)
      .join(),
  );
  return [
    table(['own items', ...head], rows),
    '',
    `${rounds} rounds of ${events} events each; states ${result}`,
  ].join('\n');
}

function programOf(recommends: boolean): Program {
  const files = retailFiles().filter(({ path }) => recommends || path !== 'recommenders.yaml');
  const compiled = compileCatalog(files);
  if (!compiled.ok) throw new Error(formatFaults(compiled.faults));
  if ((compiled.catalog.recommending !== null) !== recommends) throw new Error('it recommends');
  return prepare(compiled.catalog, 1);
}

/** Who has looked at so many different items. */
function customerOf(program: Program, own: number): CustomerState {
  let state = emptyState('u1');
  for (let i = 0; i < own; i++) state = stepped(program, state, viewed(i, i));
  return state;
}

function stepped(program: Program, state: CustomerState, event: Submission): CustomerState {
  const result = step(program, state, event, NO_INPUTS);
  if (result.kind !== 'stepped') throw new Error(`an event was ${result.kind}`);
  return result.state;
}

function viewed(serial: number, item: number): Submission {
  const properties = { product_id: `p${item}`, category: 'phone', name: `P${item}`, price: 99 };
  const messageId = `m${serial}`;
  const body = { userId: 'u1', messageId, event: 'Product Viewed', properties };
  return submissionOf(body, START_MS + serial * STEP_MS);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [events = 400, rounds = 60] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(ownItems(events, rounds));
  console.log(noise());
}
