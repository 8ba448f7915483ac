// A call of commit.lua for one customer, and what it is made of.

import type { CommitCall } from '../../src/redis/commit-call.ts';
import { Keys } from '../../src/redis/keys.ts';

const keys = new Keys('t:', 4);
export const partition = keys.partition(2);
export const customerKey = keys.customer(2, 'u1');
export const seenKey = keys.seen(2, 'u1');

/** As it is stored of a customer. */
export const value = (etag: string, format: number, rest: string) =>
  Buffer.concat([Buffer.from(etag, 'latin1'), Buffer.from([format]), Buffer.from(rest)]);

export const text = (bytes: Buffer) => bytes.toString('latin1');

/** The first commit of the customer, of one record. */
export const call = (over: Partial<CommitCall> = {}): CommitCall => ({
  customerKey,
  seenKey,
  ledgerKey: partition.ledger,
  positionKey: partition.position,
  markedKey: partition.marked,
  expectedEtag: '',
  value: text(value('ÿ\u0000etag01', 1, 'first')),
  expiryMs: 60_000,
  ledgerMax: 10,
  asked: null,
  spilled: null,
  seenAfterMs: 1_000,
  records: ['r1'],
  grants: null,
  budgetsKey: partition.budgets,
  due: null,
  deliver: null,
  timersKey: partition.timers,
  ...over,
});
