// How fast is learning, and how much memory does what is learned take? Seeded events as texts, through the
// learner's own reading, tracker and tables, and its facts through a gateway's; the floor is JSON.parse of
// the same texts. Memory is what a process holds after a collection, with more and more items, and with more and
// more sessions: the slope is what one more costs. Gateways hold the tables, the learner its customers
// beside them.
//
//   node --import tsx bench/learner.ts [blocks=40] [items=20000,100000] [sessions=40000,80000]

import { fileURLToPath } from 'node:url';
import type { Fact } from '../src/model/crowd/fact.ts';
import type { Interaction } from '../src/model/crowd/interaction.ts';
import { PURCHASE } from '../src/model/crowd/interactions.ts';
import { LearnedEvents } from '../src/recommend/learned-events.ts';
import { valid } from '../test/catalog/compile.ts';
import { type CrowdMemory, crowdMemory } from './support/crowd-memory.ts';
import { emptyCrowd, interactionsOf, learn, type Shop } from './support/crowd-shop.ts';
import { machine, noise, resultHash } from './support/machine.ts';
import { median, type Row, table } from './support/table.ts';

const BLOCK = 2_000;
const CATALOG = 'catalog: bench\nrecommenders:\n  all: { model: popular }\n';
const EVENTS = { view: 'Product Viewed', add: 'Product Added', remove: 'Product Removed' };

export function learnerBench(
  blocks: number,
  items: readonly number[],
  sessions: readonly number[],
): string {
  const [fewItems, someSessions] = [items[0]!, sessions[0]!];
  const parts = [
    speed(blocks, fewItems),
    memory(items.map((each) => ({ items: each, sessions: someSessions }))),
    memory(sessions.map((each) => ({ items: fewItems, sessions: each }))),
  ];
  return parts.join('\n\n');
}

/** In blocks, each right after its floor: the machine has slow moments. */
function speed(blocks: number, items: number): string {
  const learner = emptyCrowd(items);
  const gateway = emptyCrowd(items);
  const reading = new LearnedEvents(valid(CATALOG).recommending!.interactions);
  const us: Record<'floor' | 'learned' | 'followed', number[]> = {
    ...{ floor: [], learned: [], followed: [] },
  };
  let facts = 0;
  const learned = (records: readonly string[]) => {
    const told: Fact[] = [];
    for (const record of records) told.push(...learn(learner, reading.ofRecord(record)!));
    facts += told.length;
    return told;
  };
  const interactions = interactionsOf({ items, sessions: blocks * BLOCK });
  for (let block = 0; block < blocks; block++) {
    const records = Array.from({ length: BLOCK }, () => recordOf(interactions.next().value!));
    us.floor.push(took(() => records.forEach((text) => void JSON.parse(text.slice(2)))).us);
    const { us: learnUs, result: told } = took(() => learned(records));
    us.learned.push(learnUs);
    us.followed.push(took(() => told.forEach((fact) => void gateway.reader.read(fact))).us);
  }
  const row = (name: string, each: readonly number[]): Row => {
    const perEvent = median(each.slice(each.length >> 1)) / BLOCK;
    return [name, perEvent.toFixed(2), Math.round(1e6 / perEvent)];
  };
  const rows = [
    row('floor: JSON.parse of the events', us.floor),
    row('the learner: read, track, tables', us.learned),
    row('a gateway: facts into tables', us.followed),
  ];
  const digests = [learner, gateway].map(({ tables }) => resultHash(tables.digest()));
  if (digests[0] !== digests[1]) throw new Error('a gateway holds something else');
  return [
    table(['an event about items', 'µs of CPU', 'events a second of it'], rows),
    '',
    `${blocks * BLOCK} events about ${items} items, the second half measured; ` +
      `${(facts / blocks / BLOCK).toFixed(1)} facts an event; tables ${digests[0]}`,
  ].join('\n');
}

/** CPU of all threads, that of the collector of garbage included. */
function took<T>(work: () => T): { readonly us: number; readonly result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { us: user + system, result };
}

/** As a ledger's record has it. */
function recordOf({ customerId, kind, itemIds, sightings, atMs }: Interaction): string {
  const about = itemIds.map((itemId, k) => ({ product_id: itemId, ...sightings[k] }));
  const isPurchase = kind === 'purchase';
  const properties = isPurchase ? { products: about } : about[0]!;
  const event = isPurchase ? PURCHASE : EVENTS[kind];
  return `\ne${JSON.stringify({ customer_id: customerId, event, timestamp: atMs, properties })}`;
}

function memory(shops: readonly Shop[]): string {
  const rows: Row[] = [];
  let last: { readonly shop: Shop; readonly held: CrowdMemory } | null = null;
  for (const shop of shops) {
    const held = crowdMemory(shop);
    const slope = (of: keyof CrowdMemory) => {
      if (last === null) return '';
      const more = shop.items - last.shop.items + shop.sessions - last.shop.sessions;
      return Math.round((held[of] - last.held[of]) / more);
    };
    const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    const cells = [mb(held.tables), slope('tables'), mb(held.all), slope('all')] as const;
    rows.push([shop.items, shop.sessions, ...cells]);
    last = { shop, held };
  }
  const more = 'bytes for one more';
  return table(['items', 'sessions', 'tables, MB', more, 'with customers, MB', more], rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const numbers = (text: string) => text.split(',').map(Number);
  const [blocks = '40', items = '20000,100000', sessions = '40000,80000'] = process.argv.slice(2);
  console.log(machine());
  console.log(learnerBench(Number(blocks), numbers(items), numbers(sessions)));
  console.log(noise());
}
