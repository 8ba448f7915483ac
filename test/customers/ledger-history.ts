// History of what is in the ledger still, for taking merges back: what it tells of them is the product's.

import {
  documentIn,
  laterSteps,
  type RecordHistory,
  type Stay,
} from '../../src/compose/later-steps.ts';
import type { MergeHistory } from '../../src/customers/merge-history.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { recordedIn } from '../replay/recorded.ts';
import { ledgerOf } from './whole-shop.ts';

/** An event is of the name that its context says it is `under`, else of its user or visitor. */
export function ledgerHistory(connection: RedisConnection, keys: Keys): MergeHistory {
  const history: RecordHistory = {
    async records(customerId, after, last) {
      const rows = (await ledgerOf(connection, keys))
        .filter((row) => row.customerId === customerId)
        .filter(({ record }) => record > after && record <= last)
        .sort((a, b) => a.record - b.record);
      if (rows.length < last - after) return null;
      return rows.flatMap(({ text }) => recordedIn(0, [text]).map(({ step }) => step));
    },

    async stays(customerId) {
      const stays = new Map<string, Stay & { readonly atMs: number }>();
      for (const { fold, record, customerId: into } of await ledgerOf(connection, keys)) {
        if (fold?.from_id !== customerId) continue;
        const id = fold.merge_id!;
        const known = stays.get(id);
        if (known !== undefined) stays.set(id, { ...known, last: record });
        else {
          const records = Number(fold.from_records);
          const atMs = Number(fold.overridden_at);
          const fromState = fold.from_state!;
          stays.set(id, { into, records, fromState, first: record, last: null, atMs });
        }
      }
      return [...stays.values()].sort((a, b) => a.records - b.records || a.atMs - b.atMs);
    },
  };
  return {
    async fold(mergeId) {
      const rows = await ledgerOf(connection, keys);
      const row = rows.find(({ fold }) => fold?.merge_id === mergeId);
      if (row === undefined) return null;
      const { from_id, from_state, into_state, overridden_at } = row.fold!;
      return {
        ...{ mergeId, from: from_id!, into: row.customerId, record: row.record },
        fromState: documentIn(from_state!),
        intoState: documentIn(into_state!),
        atMs: Number(overridden_at),
      };
    },
    steps: (customerId, fold, last) => laterSteps(history, nameOf, customerId, fold, last),
  };
}

function nameOf({ context, userId, anonymousId }: CustomerEvent): string | null {
  if (typeof context.under === 'string') return context.under;
  return userId ?? (anonymousId === null ? null : `anonymous:${anonymousId}`);
}
