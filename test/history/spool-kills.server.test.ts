// kill -9 of a worker at random moments while it spools and brings home.
// KILLS=50 PROFFER_TEST_SEED=… npx vitest run test/history/spool-kills.server.test.ts

import { expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { killed, startSpoolDeployment } from './spool-fixture.ts';

const KILLS = Number(process.env.KILLS ?? 5);

it(
  'brings everything home once, however often the worker is killed',
  async () => {
    const random = seeded(testSeed());
    const on = await startSpoolDeployment();
    try {
      let going = true;
      const traffic = (async () => {
        while (going) {
          if ((await on.ledgerLength()) < 3_000) await on.fill(50);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
      let spooled = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const isAway = random() < 0.6;
        if (isAway) on.clickhouse.refuse();
        else on.clickhouse.heal();
        const worker = await on.spawn();
        const before = (await on.files()).length;
        let most = before;
        // They go down while ClickHouse is well, however much is spooled meanwhile.
        await waitFor(`a file to ${isAway ? 'come' : 'go'}`, async () => {
          const now = (await on.files()).length;
          most = Math.max(most, now);
          return isAway ? now > before : now < most || now === 0;
        });
        spooled = Math.max(spooled, (await on.files()).length);
        await new Promise((resolve) => setTimeout(resolve, random() * 300));
        await killed(worker);
      }
      going = false;
      await traffic;
      const total = await on.fill(0);
      on.clickhouse.heal();
      await on.spawn();
      expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
      expect(await on.events()).toEqual({ n: total, once: total, messages: total });
      await waitFor('no file to be left', async () => (await on.files()).length === 0);
      console.log(`${KILLS} kills, ${total} events, up to ${spooled} files`);
      expect(spooled).toBeGreaterThan(0);
    } finally {
      await on.stop();
    }
  },
  195_000 + KILLS * 15_000,
);
