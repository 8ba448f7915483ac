import { type CustomerStates, isInSlice } from '../../src/history/verify/compare-customers.ts';
import { PARTITIONS } from './worker-settings.ts';

/** States of customers that have counted as many records as a map says. */
export function statesWith(counts: ReadonlyMap<string, number>): CustomerStates {
  return {
    async *scan(slice) {
      for (const [customerId, records] of counts) {
        if (isInSlice(customerId, PARTITIONS, slice)) yield [{ customerId, records }];
      }
    },
    read: async (ids) =>
      ids.map((customerId) => ({ customerId, records: counts.get(customerId) ?? 0 })),
    withoutEntry: async () => [],
    count: async () => counts.size,
  };
}
