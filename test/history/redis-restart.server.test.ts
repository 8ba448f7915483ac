import { expect, it } from 'vitest';
import { startDeployment } from './history-fixture.ts';
import { append, recordText } from './ledger-fixture.ts';

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
    await at.drained();
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
