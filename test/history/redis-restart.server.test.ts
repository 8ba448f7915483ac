import { expect, it } from 'vitest';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { waitFor } from '../support/conditions.ts';
import { startDeployment } from './history-fixture.ts';

it('goes on by itself after Redis was killed and came back, with nothing twice', async () => {
  const at = await startDeployment(['--appendonly', 'yes', '--appendfsync', 'always']);
  try {
    const worker = await at.startWorker(await at.openSink(), { batchRecordsMax: 200 });
    let sent = 0;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 10; i++) {
        const records = Array.from({ length: 100 }, () =>
          recordText({ messageId: `m${sent++}`, decisions: 1 }),
        );
        await append(at.redis, at.keys, i % 4, records);
      }
      await at.restartRedis();
    }
    await at.written();
    await worker.stop();
    const sink = await at.openSink();
    const [events] = await sink.query<object>(
      'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS messages FROM events',
    );
    const [decisions] = await sink.query<object>('SELECT toUInt32(count()) AS n FROM decisions');
    expect([events, decisions]).toEqual([{ n: sent, messages: sent }, { n: sent }]);
    await sink.close();
  } finally {
    await at.stop();
  }
});

it('inserts nothing for a range that Redis lost while it was not yet sure to be on disk', async () => {
  const at = await startDeployment();
  try {
    const { frozen } = at.keys.partition(0);
    const texts = (prefix: string) =>
      Array.from({ length: 50 }, (_, i) => recordText({ messageId: `${prefix}${i}` }));
    await append(at.redis, at.keys, 0, texts('lost'));
    const worker = await at.startWorker(await at.openSink(), { durableAfterMs: 1_000 });
    await waitFor('the freeze', async () => (await at.redis.exists(frozen)) === 1);
    // As after a restart without the last second, and with other customers' events since.
    const { ledger, position } = at.keys.partition(0);
    await at.redis.del(frozen, ledger, position);
    await append(at.redis, at.keys, 0, texts('kept'));
    await at.written();
    await worker.stop();
    const sink = await at.openSink();
    const [events] = await sink.query<object>(
      `SELECT toUInt32(count()) AS n, toUInt32(countIf(startsWith(message_id, 'kept'))) AS kept FROM events`,
    );
    expect(events).toEqual({ n: 50, kept: 50 });
    await sink.close();
  } finally {
    await at.stop();
  }
});
