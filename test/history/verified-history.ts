// The history that verify is told about: 120 records of seven customers, one of them refused by its table,
// and one with two decisions that are delivered and wait in the outbox.

import { partitionOf } from '../../src/model/hash.ts';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { type DeploymentSnapshot, startDeployment } from './history-fixture.ts';
import { PARTITIONS } from './worker-settings.ts';

const DELIVERED = 20;
export const OF_DELIVERED = partitionOf(`u${DELIVERED % 7}`, PARTITIONS);
export const deliveryOf = (i: number) => `dlv_d-m${DELIVERED}-${i}`;

/** @param written gets how many records each customer has */
export async function verifiedHistory(
  path: string,
  written: Map<string, number>,
): Promise<DeploymentSnapshot> {
  const at = await startDeployment();
  const writer = await at.openSink();
  for (let i = 0; i < 120; i++) {
    const customerId = `u${i % 7}`;
    written.set(customerId, (written.get(customerId) ?? 0) + 1);
    const outcome = i % 5 === 0 ? { outcome: 'counted' as const } : {};
    const options = { messageId: `m${i}`, customerId, customerChanged: i % 4 === 0, ...outcome };
    const text = recordText({ ...options, decisions: i % 3, delivered: i === DELIVERED });
    const poisoned = text.replace(
      '"product_id":"p1"',
      i === 11 ? '"a":{"b":1},"a.b":2' : '"product_id":"p1"',
    );
    await append(at.redis, at.keys, partitionOf(customerId, PARTITIONS), [poisoned]);
  }
  const { outbox } = at.keys.partition(OF_DELIVERED);
  await at.redis.hset(outbox, { [deliveryOf(0)]: '0 {}', [deliveryOf(1)]: '0 {}' });
  const worker = await at.startWorker(writer);
  await at.written();
  await worker.stop();
  const snapshot = await at.snapshot(path);
  await at.stop();
  return snapshot;
}
