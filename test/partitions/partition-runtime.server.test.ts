// The runtime and its tasks, on a real Redis with real leases: tasks are independent of each other,
// are told of partitions exactly once, and never work on one that is not leased.

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { bindLeases } from '../../src/partitions/lease-scripts.ts';
import { PartitionRuntime } from '../../src/partitions/partition-runtime.ts';
import type { PartitionTask, PlainTask } from '../../src/partitions/task.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { waitFor } from '../support/conditions.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { TracedTask } from './traced-task.ts';

const PARTITIONS = 6;
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const GROUPS = 2;

let server: PrivateRedis;
let connection: RedisConnection;
let keys: Keys;
let deployments = 0;
let faults: string[];
const running: PartitionRuntime[] = [];

beforeAll(async () => {
  server = await startPrivateRedis();
  connection = openConnection({ url: server.socket, deadlineMs: 2_000 });
  await connection.ready();
});

beforeEach(async () => {
  await Promise.all(running.splice(0).map((runtime) => runtime.stop(100, 500)));
  // A deployment of its own for each test.
  keys = new Keys(`runtime-${deployments++}:`, PARTITIONS);
  faults = [];
});

afterAll(async () => {
  await Promise.all(running.map((runtime) => runtime.stop(100, 500)));
  connection.close();
  await server.stop();
});

/** A worker with these tasks, which are given the leases that they write under. */
function start(
  name: string,
  tasks: (runtime: PartitionRuntime) => readonly PartitionTask[],
  plain: readonly PlainTask[] = [],
): PartitionRuntime {
  const runtime = new PartitionRuntime(bindLeases(connection, keys), {
    redisUrl: server.socket,
    prefix: keys.prefix,
    partitions: PARTITIONS,
    owner: name,
    wants: 'spread',
    leaseTtlMs: 600,
    groups: GROUPS,
    intervalMs: 20,
    beforeAcquire: async () => {},
    onRival: null,
    onThreadError: () => {},
    onFault: (what) => faults.push(what),
  });
  running.push(runtime);
  runtime.start(tasks(runtime), plain);
  return runtime;
}

function heldBy(runtime: PartitionRuntime): readonly number[] {
  return [...runtime.status.held].sort();
}

it('a task that throws stops neither the others nor its own next rounds', async () => {
  let attempts = 0;
  const broken: PartitionTask = {
    name: 'broken',
    groups: 'together',
    round() {
      attempts++;
      throw new Error('at once, not as a promise');
    },
  };
  const refusing: PartitionTask = {
    name: 'refusing',
    groups: 'apart',
    backoffMsMax: 20,
    acquire: () => Promise.reject(new Error('not now')),
    round: async (partitions) => (partitions.length > 0 ? 'done' : 20),
  };
  let ticks = 0;
  const plain: PlainTask = {
    name: 'plain',
    async round() {
      ticks++;
      return 20;
    },
  };
  const traced: TracedTask[] = [];
  const runtime = start(
    'one',
    ({ leases }) => {
      traced.push(new TracedTask('apart', leases), new TracedTask('together', leases));
      return [broken, refusing, ...traced];
    },
    [plain],
  );
  await waitFor('the others to have every partition', () =>
    traced.every((task) => all.every((partition) => task.rounds(partition) > 2)),
  );
  await waitFor('the broken ones to be tried again', () => attempts > 1 && ticks > 2);
  expect(new Set(faults)).toEqual(new Set(['broken', 'refusing 0', 'refusing 1']));
  expect(heldBy(runtime)).toEqual(all);
  expect(runtime.status.failures).toBeGreaterThan(1);
});

it('tells a task of each partition once, and once when it goes', async () => {
  const apart: TracedTask[] = [];
  const together: TracedTask[] = [];
  const tasksOf = ({ leases }: PartitionRuntime) => {
    apart.push(new TracedTask('apart', leases));
    together.push(new TracedTask('together', leases));
    return [apart.at(-1)!, together.at(-1)!];
  };
  const first = start('one', tasksOf);
  await waitFor('the first to have all', () => together[0]!.holding.size === PARTITIONS);
  start('two', tasksOf);
  const sizes = () => [...apart, ...together].map((task) => task.holding.size);
  await waitFor('both to have a half', () => sizes().every((size) => size === PARTITIONS / 2));
  await first.stop(1_000, 500);
  await waitFor('the second to have all', () => together[1]!.holding.size === PARTITIONS);
  await waitFor('the second to have all', () => apart[1]!.holding.size === PARTITIONS);
  for (const task of [apart[0]!, together[0]!]) {
    expect(task.told('acquire')).toEqual(all);
    expect(task.told('release')).toEqual(all);
  }
  for (const task of [apart[1]!, together[1]!]) {
    expect(task.told('acquire')).toEqual(all);
    expect(task.told('release')).toEqual([]);
  }
  expect([...apart, ...together].flatMap((task) => task.offences)).toEqual([]);
});

it('a partition that was lost is released, and acquired anew when it is won again', async () => {
  let task: TracedTask | undefined;
  start('one', ({ leases }) => {
    task = new TracedTask('apart', leases);
    return [task];
  });
  await waitFor('it to have all', () => task!.holding.size === PARTITIONS);
  // Somebody else's for a moment, as after this process slept for longer than leases last.
  await connection.call('hset', [keys.partition(3).lease, 'fence', 'of another']);
  await waitFor('it to know', () => task!.told('release').length === 1);
  await connection.call('del', [keys.partition(3).lease]);
  await waitFor('it to have all again', () => task!.holding.size === PARTITIONS);
  expect(task!.told('release')).toEqual([3]);
  expect(task!.told('acquire')).toEqual([...all, 3].sort());
  expect(task!.offences).toEqual([]);
});

it('a partition does not go while a round over it is under way, whichever task it is of', async () => {
  const tasks: TracedTask[] = [];
  const first = start('one', ({ leases }) => {
    tasks.push(new TracedTask('apart', leases), new TracedTask('apart', leases));
    return tasks;
  });
  const [slow, quick] = tasks as [TracedTask, TracedTask];
  await waitFor('it to have all', () => quick.holding.size === PARTITIONS);
  const goOn = slow.block();
  await waitFor('a round of each group under way', () => slow.blocked === GROUPS);
  start('two', () => []);
  // Offered to no new round from here on, and nevertheless held.
  await waitFor('three to be offered no more', () => quick.lastOffered().length === 3);
  expect(heldBy(first)).toEqual(all);
  expect(slow.told('release')).toEqual([]);
  goOn();
  await waitFor('three to go', () => first.status.held.length === 3);
  expect(slow.told('release')).toEqual(quick.told('release'));
  expect(tasks.flatMap((task) => task.offences)).toEqual([]);
});

it('a stop lets tasks finish what they have, and tells them then that all goes', async () => {
  let left = 5;
  let hasEnded = false;
  const finishing: PartitionTask = {
    name: 'finishing',
    groups: 'together',
    async round(partitions, turn) {
      if (partitions.length === 0 || !turn.isStopping) return 20;
      left--;
      return left === 0 ? 'done' : 'again';
    },
    release() {
      hasEnded = left === 0;
    },
  };
  const runtime = start('one', () => [finishing]);
  await waitFor('it to have all', () => runtime.status.held.length === PARTITIONS);
  await runtime.stop(5_000, 500);
  expect({ left, hasEnded }).toEqual({ left: 0, hasEnded: true });
  expect(await connection.call('exists', [keys.partition(0).lease])).toBe(0);
});
