// A short run of random faults; the long one is `npm run test:faults`.
//
//   PROFFER_FAULT_MOMENTS=100 PROFFER_TEST_SEED=… npm test -- test/faults/moments

import { expect, it } from 'vitest';
import { testSeed } from '../../support/seeded.ts';
import { runMoments } from './run-moments.ts';

const ON_CLUSTER = process.env.PROFFER_TEST_REDIS === 'cluster';
const MOMENTS = Number(process.env.PROFFER_FAULT_MOMENTS ?? (ON_CLUSTER ? 5 : 8));

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
  // A recount takes 40 s under load.
  60_000 + MOMENTS * 40_000,
);
