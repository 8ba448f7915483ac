// What does a large catalog cost: to compile, to take over, to hold, and for an event? Compiling is beside
// the YAML parser alone; an event beside the same event under the small catalog in the same process, in
// turns.
//
//   node --import tsx bench/catalog-scale.ts [size=1] [events=3000] [rounds=15]
//
// Size 1 is a catalog of 1,000 triggers, 2,000 offers and 300 features in 20 files.

import { fileURLToPath } from 'node:url';
import { type Adoption, adopt, idle } from './support/adoption.ts';
import { type CompileCost, compileCost, parseOnly } from './support/compile-cost.ts';
import { crowdedCatalog, unrelatedCatalog } from './support/crowded-catalog.ts';
import { EngineSide } from './support/engine-side.ts';
import { engineTurns } from './support/engine-turns.ts';
import { heldBytes } from './support/held-bytes.ts';
import { type CatalogSize, LARGE, largeCatalog } from './support/large-catalog.ts';
import { machine } from './support/machine.ts';
import { median, type Row, table } from './support/table.ts';

const OFFERS = [20, 200, 2_000];
const UNRELATED = 2_000;
/** One of fourteen events of the shop, and seven of ten. */
const SOMETIMES = 'Order Completed';
const OFTEN = 'Product Viewed';
const COMPILED = 5;

export async function catalogScaleBench(
  size: number,
  events: number,
  rounds: number,
): Promise<string> {
  const scaled = (count: number) => Math.ceil(count * size);
  const large = {
    ...{ triggers: scaled(LARGE.triggers), offers: scaled(LARGE.offers) },
    ...{ features: scaled(LARGE.features), files: LARGE.files },
  };
  const compiled = compileTable(large);
  const adopted = await adoptionTable(large);
  const unrelated = [0, scaled(UNRELATED)];
  const offers = OFFERS.map(scaled);
  const crowded = (event: string) => offers.map((n) => new EngineSide(crowdedCatalog(n, event)));
  const crowds = offers.map((count, i) => `${i === 0 ? 'floor: ' : ''}${count} offers there`);
  return [
    compiled,
    adopted,
    engineTurns(
      'an event of the shop, more triggers on others',
      unrelated.map((count) => (count === 0 ? 'floor: retail' : `and ${count} triggers`)),
      unrelated.map((count) => new EngineSide(unrelatedCatalog(count))),
      { events, rounds },
    ),
    engineTurns(
      `an event of the shop, ${SOMETIMES} asks at one placement`,
      crowds,
      crowded(SOMETIMES),
      { events, rounds },
    ),
    engineTurns('an event that asks there', crowds, crowded(OFTEN), {
      events: Math.ceil(events / 3),
      rounds,
      only: OFTEN,
    }),
  ].join('\n\n');
}

/** The first of each is cold: a process that starts. */
function compileTable(size: CatalogSize): string {
  const files = largeCatalog(size);
  const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
  const nowMs = Date.now();
  const times = (make: () => CompileCost) => Array.from({ length: COMPILED }, make);
  const row = (name: string, costs: readonly CompileCost[]): Row => [
    name,
    Math.round(costs[0]!.wallMs),
    Math.round(median(costs.map(({ wallMs }) => wallMs))),
    Math.round(median(costs.map(({ cpuMs }) => cpuMs))),
  ];
  const rows = [
    row(
      'a catalog, as gateways compile it',
      times(() => compileCost(files)),
    ),
    row(
      'with warnings, as whoever publishes',
      times(() => compileCost(files, nowMs)),
    ),
    row(
      'floor: the YAML parser alone',
      times(() => parseOnly(files)),
    ),
  ];
  const { catalog, warnings } = compileCost(files, nowMs);
  const held = heldBytes(() => compileCost(files).catalog);
  return [
    table([`${files.length} files`, 'first ms', 'median ms', 'CPU ms'], rows),
    '',
    `${size.triggers} triggers, ${size.offers} offers, ${size.features} features, ` +
      `${(bytes / 1e6).toFixed(1)} MB of YAML: catalog ${catalog.hash}, ` +
      `${warnings.length} warnings; compiled it holds ${(held / 1e6).toFixed(1)} MB`,
  ].join('\n');
}

async function adoptionTable(size: CatalogSize): Promise<string> {
  const files = largeCatalog(size);
  const one = largeCatalog({ ...size, files: 2 });
  let lastMs = 0;
  const ways: readonly [string, () => Promise<Adoption>][] = [
    ['in one piece', () => adopt(files, false)],
    ['in slices', () => adopt(files, true)],
    ['in slices, all in one file', () => adopt(one, true)],
    ['floor: as long in empty slices', () => idle(lastMs)],
  ];
  const rows: Row[] = [];
  for (const [name, way] of ways) {
    const adoptions: Adoption[] = [];
    for (let i = 0; i < COMPILED; i++) adoptions.push(await way());
    lastMs = median(adoptions.map(({ wallMs }) => wallMs));
    rows.push([
      name,
      Math.round(median(adoptions.map(({ wallMs }) => wallMs))),
      median(adoptions.map(({ pauseMs }) => pauseMs)).toFixed(1),
      Math.max(...adoptions.map(({ pauseMs }) => pauseMs)).toFixed(1),
    ]);
  }
  return table(['taken over', 'ms', 'longest pause ms (median)', '(worst)'], rows);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [size, events, rounds] = process.argv.slice(2).map(Number);
  console.log(machine());
  console.log(await catalogScaleBench(size ?? 1, events ?? 3_000, rounds ?? 15));
}
