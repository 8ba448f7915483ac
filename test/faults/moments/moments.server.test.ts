// A few random faults: two in `npm test`, more in `npm run test:long` and on a cluster. The long run
// is `npm run test:faults`.
//
//   PROFFER_FAULT_MOMENTS=100 PROFFER_TEST_SEED=… npm test -- --project=long test/faults/moments

import { expect, it } from 'vitest';
import { testSeed } from '../../support/seeded.ts';
import { runMoments } from './run-moments.ts';

const ON_CLUSTER = process.env.PROFFER_TEST_REDIS === 'cluster';
const USUAL = ON_CLUSTER ? 5 : process.env.PROFFER_TEST_LONG === undefined ? 2 : 8;
const MOMENTS = Number(process.env.PROFFER_FAULT_MOMENTS ?? USUAL);

it(
  'counts everything acknowledged once after each of a few random faults',
  async () => {
    const lines: string[] = [];
    const { differences } = await runMoments({
      ...{ seed: testSeed(), moments: MOMENTS },
      redis: ON_CLUSTER ? 'cluster' : 'single',
      log: (line) => lines.push(line),
    });
    expect(differences, lines.join('\n')).toEqual([]);
  },
  // What is due last is due seconds later, and a recount takes 40 s under load.
  60_000 + MOMENTS * 45_000,
);
