// How long does an answer of each model take, and what when the tables have just changed? The engine's own
// `recommend` over tables that were learned from seeded sessions; the floor makes a list of ten items that
// are known beforehand. p50 and p99 are of single answers: they are what other events of the gateway wait.
//
//   node --import tsx bench/recommend.ts [asks=300] [items=10000,200000] [sessions=20000,200000]

import { fileURLToPath } from 'node:url';
import { compileCatalog } from '../src/catalog/compile-catalog.ts';
import { formatFaults } from '../src/catalog/fault.ts';
import { type Program, prepare } from '../src/engine/program.ts';
import { itemView } from '../src/engine/recommend/item-view.ts';
import { askCrowd } from '../src/engine/recommend/models/ask-crowd.ts';
import { recommend } from '../src/engine/recommend/recommend.ts';
import type { CustomerItem } from '../src/model/customer-items.ts';
import type { RecommendRequest } from '../src/model/recommending.ts';
import { type CustomerState, emptyState } from '../src/model/state.ts';
import { type Learned, learn, learnedShop, NOW_MS, type Shop } from './support/crowd-shop.ts';
import { seeded } from './support/events.ts';
import { machine, noise, resultHash } from './support/machine.ts';
import { table } from './support/table.ts';

const SEED = 7;
const LIMIT = 10;
const HOUR_MS = 3_600_000;

/** Name, recommender, and whether something is learned before each answer. */
const CASES: readonly (readonly [name: string, recommender: string, changed: boolean])[] = [
  ['similar', '{ model: similar }', false],
  ['bought_together', '{ model: bought_together, min_support: 1 }', false],
  ['next', '{ model: next }', false],
  ['for_you', '{ model: for_you }', false],
  ['buy_again', '{ model: buy_again }', false],
  ['recently_viewed', '{ model: recently_viewed }', false],
  ['accessories', '{ model: accessories }', false],
  ['trending', '{ model: trending }', false],
  ['popular', '{ model: popular }', false],
  ['popular, where', '{ model: popular, where: "item.price < 200.0" }', false],
  ['trending, tables changed', '{ model: trending }', true],
  ['trending by category, tables changed', '{ model: trending, by: category }', true],
  ['popular, tables changed', '{ model: popular }', true],
  ['popular by category, tables changed', '{ model: popular, by: category }', true],
];

export function recommendBench(asks: number, shops: readonly Shop[]): string {
  const program = programOf();
  const columns = shops.map((shop) => measured(program, learnedShop(shop), shop, asks));
  const head = shops.flatMap(({ items }) => [`p50, ${items} items`, 'p99', 'longest']);
  const names = ['floor: ten items that are known beforehand', ...CASES.map(([name]) => name)];
  const rows = names.map((name, i) => [name, ...columns.flatMap(({ rows }) => rows[i]!)]);
  const said = shops.map(
    ({ items, sessions }, i) =>
      `${items} items, ${sessions} sessions (seed ${SEED}): lists ${columns[i]!.lists}`,
  );
  return [table(['ms', ...head], rows), '', `${asks} answers each. ${said.join('; ')}`].join('\n');
}

function programOf(): Program {
  const recommenders = CASES.map(([, text], i) => `  r${i}: ${text.replace('}', `, ${RULES} }`)}`);
  const text = `catalog: bench\nrecommenders:\n${recommenders.join('\n')}\n`;
  const compiled = compileCatalog([{ path: 'bench.yaml', text }]);
  if (!compiled.ok) throw new Error(formatFaults(compiled.faults));
  return prepare(compiled.catalog, 1);
}

const RULES = `limit: ${LIMIT}, exclude: [{ bought: 90d }, in_cart]`;

function measured(program: Program, learned: Learned, shop: Shop, asks: number) {
  const { tables } = learned;
  const random = seeded(SEED);
  const states = Array.from({ length: 200 }, (_, i) => customer(`u${i}`, shop.items, random));
  const rows = [timed(asks, (i) => floor(learned, i))];
  let lists = '';
  CASES.forEach(([, , changed], r) => {
    const ask = (i: number) => {
      const state = states[i % states.length]!;
      return recommend(program, askCrowd, state, requestOf(`r${r}`), 'r', tables, NOW_MS)!;
    };
    const change = (i: number) => {
      const itemIds = [`p${(i * 13) % shop.items}`];
      const what = { kind: 'view', itemIds, sightings: [], weight: 1, atMs: NOW_MS } as const;
      learn(learned, { ...what, customerId: `u${i}` });
    };
    rows.push(timed(asks, ask, changed ? change : () => {}));
    lists = resultHash(lists + JSON.stringify(ask(0).items.map(({ itemId }) => itemId)));
  });
  return { rows, lists };
}

/** Of a tenth more calls, the first of which warm up. */
function timed(calls: number, call: (i: number) => unknown, before?: (i: number) => void) {
  const took = new Float64Array(calls);
  const warmUp = Math.ceil(calls / 10);
  for (let i = 0; i < warmUp + calls; i++) {
    before?.(i);
    const startedAt = performance.now();
    call(i);
    if (i >= warmUp) took[i - warmUp] = performance.now() - startedAt;
  }
  took.sort();
  const at = (share: number) => took[Math.min(calls - 1, Math.floor(calls * share))]!.toFixed(3);
  return [at(0.5), at(0.99), at(1)];
}

function floor({ tables: { items } }: Learned, i: number) {
  return Array.from({ length: LIMIT }, (_, k) => {
    const item = items.numberOf(`p${(i + k) % items.size}`);
    return { itemId: items.idOf(item), item: itemView(items.at(item)) };
  });
}

/** Of a session in one category, and three purchases before. */
function customer(customerId: string, shopItems: number, random: () => number): CustomerState {
  const items: CustomerItem[] = Array.from({ length: 12 }, (_, k) => {
    const atMs = NOW_MS - (k < 9 ? (20 - k) * HOUR_MS : (12 - k) * 60_000);
    const purchases = k < 3 ? 2 : 0;
    return {
      itemId: `p${Math.floor(random() ** 2 * shopItems)}`,
      ...{ atMs, viewedAtMs: atMs, boughtAtMs: purchases > 0 ? atMs : 0, purchases },
      firstBoughtAtMs: purchases > 0 ? atMs - 100 * HOUR_MS : 0,
      ...{ inCart: k === 11, cartAtMs: k === 11 ? atMs : 0 },
    };
  });
  return { ...emptyState(customerId), items };
}

function requestOf(recommender: string): RecommendRequest {
  const whom = { userId: 'u', anonymousId: null, recommender, seed: null, limit: null };
  return { ...whom, context: {}, explain: false };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const numbers = (text: string) => text.split(',').map(Number);
  const [asks = '300', items = '10000,200000', sessions = '20000,200000'] = process.argv.slice(2);
  const sessionCounts = numbers(sessions);
  const shops = numbers(items).map((each, i) => ({ items: each, sessions: sessionCounts[i]! }));
  console.log(machine());
  console.log(recommendBench(Number(asks), shops));
  console.log(noise());
}
