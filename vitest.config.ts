import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Of every day (`npm test`): `unit` needs nothing but Node and takes seconds; `server` files start real
// servers (Redis, ClickHouse, gateways) of their own, on fresh ports and directories; those of `light`
// need at most a Redis, and share processes; `sample` is one of the others on a Redis Cluster.
// `.ci/run` runs the rest after them: `cluster` runs those of them again on a Redis Cluster that are
// about what callers and analysts see, and about faults; `long` is what takes minutes. Of the files in
// both, `server` and `long` run different parts: they look at PROFFER_TEST_LONG.
const server = ['test/**/*.server.test.ts', 'test/catalog/sizes.test.ts'];
const light = ['test/{gateway,lua}/**/*.server.test.ts'];
const onCluster = [
  'test/flow/{answers,bad-input,budgets,hot-customer,other-gateway}.server.test.ts',
  'test/flow/{rolling-restart,strange-input,two-gateways,written-rules}.server.test.ts',
  'test/faults/{budget-kills,clickhouse-away,gateway-kills,worker-kills}.server.test.ts',
  'test/faults/moments/moments.server.test.ts',
  'test/customers/random-histories.server.test.ts',
  'test/recommend/learner-moves.server.test.ts',
  'test/streams/streams.server.test.ts',
];
const sample = ['test/flow/answers.server.test.ts'];
/** Of each kind of these something shorter is run every day. */
const onlyLong = [
  'test/faults/{budget-kills,gateway-kills,redis-failover,redis-full}.server.test.ts',
  'test/faults/{redis-restarts,worker-kills}.server.test.ts',
  'test/history/{spool-kills,spool-crashes,spool-limits,late-writer}.server.test.ts',
  // Others of a cluster, of workers and of gateways are in the faults' sample, `sample` and `flow`.
  'test/faults/{cluster,redis-lost-all}.server.test.ts',
  'test/flow/{rolling-restart,verify-repair}.server.test.ts',
  'test/redis/tls.server.test.ts',
  // `writer`, `killed-worker`, `verify` and `spool` run every day; so do `budgets` and the faults' sample.
  'test/history/{several-workers,repair}.server.test.ts',
  // Its kills and its lists run every day in `learner-kills` and `through-service`.
  'test/recommend/learner-moves.server.test.ts',
  'test/flow/budgets-kept.server.test.ts',
  'test/faults/redis-trouble.server.test.ts',
  // The guide's page (test/flow/catalog-page) types most of the same commands every day.
  'test/commands/catalog-shell.server.test.ts',
];
const alsoLong = [
  'test/bench/benches.server.test.ts',
  'test/customers/{crossing-calls,cut-merges,many-names,random-histories}.server.test.ts',
  'test/faults/moments/moments.server.test.ts',
  'test/history/killed-worker.server.test.ts',
  'test/recommend/{learner-kills,through-service}.server.test.ts',
  'test/streams/left-gateway.server.test.ts',
  'test/timers/random-moments.server.test.ts',
];

// Tells what a file cost, and fails one that leaves processes, servers or sockets behind.
const setupFiles = [
  fileURLToPath(new URL('./test/support/cost-meter.ts', import.meta.url)),
  fileURLToPath(new URL('./test/support/leak-guard.ts', import.meta.url)),
];

// A machine of CI has two cores for all of this and stops for seconds now and then. What a limit
// guards against is a test that never ends: it lies above the waits inside, which say what is missing.
const limits = { testTimeout: 240_000, hookTimeout: 240_000 };
const expect = { poll: { timeout: 15_000 } };
const withServers = { setupFiles, pool: 'forks', ...limits, expect } as const;

const everyday = [
  {
    test: {
      name: 'unit',
      include: ['test/**/*.test.ts'],
      exclude: server,
      setupFiles,
      // They leave nothing that another file could see, so many share a process: half the CPU.
      isolate: false,
      ...{ testTimeout: 120_000, expect },
    },
  },
  {
    test: { name: 'server', include: server, exclude: [...onlyLong, ...light], ...withServers },
  },
  { test: { name: 'light', include: light, isolate: false, ...withServers } },
];
const cluster = { env: { PROFFER_TEST_REDIS: 'cluster' }, ...withServers };
const others = [
  { test: { name: 'cluster', include: onCluster, ...cluster } },
  {
    test: {
      name: 'long',
      include: [...onlyLong, ...alsoLong],
      env: { PROFFER_TEST_LONG: '1' },
      ...withServers,
    },
  },
];

/** Vitest begins with large files; what takes longest is a small one, and must not be the last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes('/test/faults/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // Files with servers wait half of their time: three at once, on two cores too.
    maxWorkers: Math.max(3, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    projects:
      process.env.PROFFER_TEST_EVERYDAY === undefined
        ? [...everyday, ...others]
        : [...everyday, { test: { name: 'sample', include: sample, ...cluster } }],
  },
});
