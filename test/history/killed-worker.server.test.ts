// kill -9 of a real worker at random moments while records are appended: history equals the ledger.
// KILLS=50 npx vitest run test/history/killed-worker.server.test.ts   (SEED to repeat a run)

import { once } from 'node:events';
import { expect, it } from 'vitest';
import { append, recordText, until } from '../ledger/ledger-fixture.ts';
import { startDeployment } from './history-fixture.ts';

const KILLS = Number(process.env.KILLS ?? (process.env.PROFFER_TEST_LONG === undefined ? 1 : 5));
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);

it(
  `history equals the ledger after ${KILLS} kills (seed ${SEED})`,
  async () => {
    const at = await startDeployment();
    try {
      const random = mulberry(SEED);
      let sent = 0;
      let appending = true;
      const appended = (async () => {
        // The month changes in the middle of many batches: two blocks a table, as a crash wants it.
        while (appending) {
          const records = Array.from({ length: 80 }, (_, i) =>
            recordText({
              messageId: `m${sent + i}`,
              decisions: (sent + i) % 3,
              customerChanged: (sent + i) % 7 === 0,
              receivedAtMs: Date.UTC(2026, 10, 1) + (random() < 0.5 ? -1 : 1),
            }),
          );
          sent += records.length;
          await append(at.redis, at.keys, Math.floor(random() * 4), records);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      for (let kill = 0; kill < KILLS; kill++) {
        const worker = at.spawnWorker();
        const ended = once(worker, 'exit');
        const before = await at.total('marked');
        await until('the worker writes', async () => (await at.total('marked')) > before);
        await new Promise((resolve) => setTimeout(resolve, random() * 400));
        worker.kill('SIGKILL');
        await ended;
      }
      appending = false;
      await appended;
      at.spawnWorker();
      await at.written(60_000);
    } finally {
      await at.stopProcesses();
    }
    const sink = await at.openSink();
    try {
      const total = await at.total('position');
      const wanted = { events: 0, decisions: 0, firings: 0, customer_changes: 0 };
      for (let i = 0; i < total; i++) {
        wanted.events++;
        wanted.decisions += i % 3;
        wanted.firings += i % 3;
        if (i % 7 === 0) wanted.customer_changes++;
      }
      for (const [table, rows] of Object.entries(wanted)) {
        const sql = `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(partition, ledger_id, ordinal)) AS once,
                   toUInt32(uniqExact(partition, ledger_id)) AS ids FROM ${table}`;
        const [found] = await sink.query<{ n: number; once: number; ids: number }>(sql);
        expect({ table, ...found }).toMatchObject({ table, n: rows, once: rows });
      }
      const [ids] = await sink.query<{ n: number }>(
        'SELECT toUInt32(uniqExact(message_id)) AS n FROM events',
      );
      expect(ids?.n).toBe(total);
    } finally {
      await sink.close();
      await at.stop();
    }
  },
  195_000 + KILLS * 15_000,
);

/** A small generator of random numbers that can be repeated. */
function mulberry(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
