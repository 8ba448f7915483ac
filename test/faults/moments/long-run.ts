// `npm run test:faults`: a thousand random moments, or as many as PROFFER_FAULT_MOMENTS says, and the
// table of docs/measured.md (`-- --record` puts it there). PROFFER_FAULT_KINDS=worker: only faults whose
// name has that. PROFFER_TEST_REDIS=cluster: on three masters and three replicas.

import { record } from '../../../bench/support/record.ts';
import { testSeed } from '../../support/seeded.ts';
import { runMoments } from './run-moments.ts';

// Everything that was started ends with this process, when it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const seed = testSeed();
const moments = Number(process.env.PROFFER_FAULT_MOMENTS ?? 1_000);
const redis = process.env.PROFFER_TEST_REDIS === 'cluster' ? 'cluster' : 'single';
const { differences, table } = await runMoments({
  ...{ seed, moments, redis },
  only: new RegExp(process.env.PROFFER_FAULT_KINDS ?? '.'),
  log: (line) => console.log(line),
});
console.log(`\n${table}\n`);
const verdict = differences.length === 0 ? 'nothing lost, nothing twice' : 'DIFFERENT, see above';
console.log(verdict);
if (process.argv.includes('--record')) {
  const name = redis === 'cluster' ? 'faults-cluster' : 'faults';
  const where = redis === 'cluster' ? 'PROFFER_TEST_REDIS=cluster ' : '';
  const command = `${where}PROFFER_TEST_SEED=${seed} PROFFER_FAULT_MOMENTS=${moments} npm run test:faults`;
  const question = `Is anything lost or doubled in ${moments} random faults${where && ' on a Redis Cluster'}?`;
  record(name, question, command, `${verdict}\n\n${table}`);
}
process.exit(differences.length === 0 ? 0 : 1);
