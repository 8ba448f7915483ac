// What the deployments of history's tests have in common, here and in programs of their own.

import type { WorkerSettings } from '../../src/compose/worker-options.ts';

export const PREFIX = 'test:';
export const PARTITIONS = 4;

export const QUICK: WorkerSettings = {
  ...{ durableAfterMs: 0, trimDelayMs: 60_000, intervalMs: 20, drainDeadlineMs: 5_000 },
  ...{ leaseTtlMs: 600, ledgerMax: 100_000, groups: 2 },
};
