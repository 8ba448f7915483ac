import { expect, test } from 'vitest';
import {
  type CustomersParts,
  compareCustomers,
} from '../../src/history/verify/compare-customers.ts';
import { Differences } from '../../src/history/verify/difference.ts';
import { lineOf } from '../../src/history/verify/verify-report.ts';
import { partitionOf } from '../../src/model/hash.ts';

const PARTITIONS = 8;
const CUSTOMERS = Array.from({ length: 40 }, (_, i) => `c${i}`);
const all = Array.from({ length: PARTITIONS }, (_, partition) => partition);

/** Every customer has had one event that history does not have yet. */
function underTraffic(behind: readonly number[]) {
  const waits: (readonly number[])[] = [];
  const counts = (ids: readonly string[]) => ids.map((customerId) => ({ customerId, records: 1 }));
  const parts: CustomersParts = {
    partitions: PARTITIONS,
    forgetsAfterMs: Number.MAX_SAFE_INTEGER,
    states: {
      async *scan() {
        yield counts(CUSTOMERS);
      },
      read: async (ids) => counts(ids),
      withoutEntry: async () => [],
      count: async () => CUSTOMERS.length,
    },
    sink: {
      query: async <Row>(_sql: string, params?: Readonly<Record<string, unknown>>) =>
        ((params?.ids as string[]) ?? []).map((id) => ({ id, n: 1 })) as Row[],
    },
    async unsettled(partitions) {
      waits.push(partitions);
      return behind;
    },
  };
  return { parts, waits };
}

test('partitions whose customers have new events are waited for all at once', async () => {
  const { parts, waits } = underTraffic([]);
  const differences = new Differences();
  const slice = { partitions: all, slice: 0, slices: 1 };
  const outcome = await compareCustomers(parts, slice, differences);
  expect(waits.map((wait) => [...wait].sort())).toEqual([all]);
  expect(outcome).toEqual({ compared: CUSTOMERS.length, unsettled: 0, forgotten: 0 });
  expect(differences.count).toBe(0);
});

test('customers of a partition that does not catch up are counted as not compared', async () => {
  const { parts } = underTraffic([3]);
  const slice = { partitions: all, slice: 0, slices: 1 };
  const outcome = await compareCustomers(parts, slice, new Differences());
  const there = CUSTOMERS.filter((id) => partitionOf(id, PARTITIONS) === 3).length;
  expect(outcome).toEqual({ compared: CUSTOMERS.length - there, unsettled: there, forgotten: 0 });
});

test('who is not in the index of timers for certain is told, and who only seemed to be is not', async () => {
  const { parts } = underTraffic([]);
  const asked: (readonly string[])[] = [];
  const states: CustomersParts['states'] = {
    ...parts.states,
    async *scan() {
      yield CUSTOMERS.map((customerId, i) => ({
        ...{ customerId, records: 1 },
        ...(i < 2 && ({ lacksEntry: true } as const)),
      }));
    },
    async withoutEntry(ids) {
      asked.push(ids);
      return ids.slice(1);
    },
  };
  const differences = new Differences();
  const slice = { partitions: all, slice: 0, slices: 1 };
  await compareCustomers({ ...parts, states }, slice, differences);
  expect(asked).toEqual([['c0', 'c1']]);
  const partition = partitionOf('c1', PARTITIONS);
  expect(differences.list).toEqual([{ kind: 'timer', partition, customerId: 'c1' }]);
  expect(lineOf(differences.list[0]!)).toBe(
    `timers of customer "c1" of partition ${partition}: something is due, and the index does not say so`,
  );
});
