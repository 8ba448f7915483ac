// `npm run test:versions -- [--against REF]`: may a gateway, and a worker, of another commit run beside
// those of this checkout, and come back after them?
//
//   --gateways-first        in the other order
//   --kill-workers          a worker that takes over begins in the middle of what the other did
//   --history shared        on a ClickHouse server, where workers of both share the partitions
//   --history spooled       on one that is away when workers change: what one spooled, the other finds
//   --calls N               so many answers in each phase
//
// PROFFER_TEST_SEED=… repeats what was tried; PROFFER_TEST_REDIS=cluster is for a Redis Cluster.

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BenchFault } from '../../bench/support/bench-fault.ts';
import { build, builtCommit } from '../../bench/support/built-commit.ts';
import { passingFolder } from '../../bench/support/passing-folder.ts';
import { testSeed } from '../support/seeded.ts';
import type { Build } from './build.ts';
import { FIRST_VERSION } from './first-version.ts';
import { runPhases } from './phases.ts';
import { Service } from './service.ts';
import { Shoppers } from './shoppers.ts';
import { HISTORIES, type History } from './workers.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FAULTS_TOLD = 50;

const { values } = parseArgs({
  options: {
    against: { type: 'string', default: FIRST_VERSION },
    calls: { type: 'string', default: '2000' },
    'gateways-first': { type: 'boolean', default: false },
    'kill-workers': { type: 'boolean', default: false },
    history: { type: 'string', default: 'embedded' },
  },
});
const order = values['gateways-first'] ? 'gateways first' : 'worker first';
// Each process that is started ends with this one: a listener each.
process.setMaxListeners(50);
const startedMs = performance.now();
const folder = passingFolder('proffer-versions-');
try {
  const history = HISTORIES.find((name) => name === values.history);
  if (history === undefined) throw new BenchFault(`--history is ${HISTORIES.join(', ')}`);
  const { hash, main } = await builtCommit(ROOT, values.against, folder);
  await build(ROOT, 'this');
  process.exitCode = await compare({ name: hash, folder: dirname(dirname(main)) }, history);
} catch (error) {
  const text = error instanceof BenchFault ? error.message : (error as Error).stack;
  console.error(`versions: ${text}`);
  process.exitCode = 1;
}
process.exit();

/** @returns the exit code */
async function compare(older: Build, history: History): Promise<number> {
  const data = join(folder, 'data');
  mkdirSync(data);
  const service = await Service.start(data, history);
  const shoppers = new Shoppers(service.env.PROFFER_WRITE_KEY!, testSeed());
  try {
    const faults = await runPhases({
      ...{ service, shoppers, older, order, calls: Number(values.calls), log: console.log },
      killsWorkers: values['kill-workers'],
      newer: { name: 'this', folder: ROOT },
    });
    const { acknowledged, repeated, customers } = shoppers.books;
    const { events, decisions, outcomes } = shoppers.books.totals();
    console.log(
      `${older.name} and this, ${order}, history ${history}: ${acknowledged} answers to ${customers.size} customers ` +
        `(${events} events, ${decisions} decisions, ${outcomes} outcomes, ${repeated} repeated) ` +
        `in ${Math.round((performance.now() - startedMs) / 1_000)} s`,
    );
    for (const fault of faults.slice(0, FAULTS_TOLD)) console.error(fault);
    console.log(faults.length === 0 ? 'nothing lost, nothing twice' : `${faults.length} FAULTS`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    shoppers.close();
    await service.stop();
  }
}
