// `npm run test:faults`: a thousand random moments, or as many as PROFFER_FAULT_MOMENTS says, and the
// table that the operations guide shows. PROFFER_FAULT_KINDS=worker: only faults whose name has that.
// PROFFER_TEST_REDIS=cluster: on three masters and three replicas.

import { testSeed } from '../../support/seeded.ts';
import { runMoments } from './run-moments.ts';

// Everything that was started ends with this process, when it ends by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { differences, table } = await runMoments({
  seed: testSeed(),
  moments: Number(process.env.PROFFER_FAULT_MOMENTS ?? 1_000),
  redis: process.env.PROFFER_TEST_REDIS === 'cluster' ? 'cluster' : 'single',
  only: new RegExp(process.env.PROFFER_FAULT_KINDS ?? '.'),
  log: (line) => console.log(line),
});
console.log(`\n${table}\n`);
console.log(differences.length === 0 ? 'nothing lost, nothing twice' : 'DIFFERENT, see above');
process.exit(differences.length === 0 ? 0 : 1);
