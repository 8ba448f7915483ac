// Workers as real processes that come, go, die and are paused while records are appended: partitions
// are spread evenly afterwards, and history equals the ledger.

import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAwakeClock } from '../support/awake-clock.ts';
import { waitFor } from '../support/conditions.ts';
import { type Crew, ended, startCrew } from './crew-fixture.ts';

let at: Crew;
beforeEach(async () => {
  at = await startCrew();
});
afterEach(() => at.stop());

/** History is exactly the ledger, and that is what was sent. */
async function expectExactly(sent: number): Promise<void> {
  const report = await at.verified();
  expect(report).toMatchObject({ ok: true, records: sent, pending: 0, differences: [] });
  expect(report.rows.events).toBe(sent);
}

it('spreads partitions over workers that join, and over those that stay when one leaves', async () => {
  const first = await at.join();
  await at.spreadIs([12], first);
  const stopTraffic = at.traffic();
  const second = await at.join();
  await at.spreadIs([6, 6], first, second);
  const third = await at.join();
  await at.spreadIs([4, 4, 4], first, second, third);
  expect(await ended(first, 'SIGTERM')).toBe(0);
  // It left nothing to expire: neither leases nor its announcement.
  expect((await at.spread(first))[0]).toBe(0);
  expect(await at.redis.zcard(at.keys.workers.alive)).toBe(2);
  await at.spreadIs([6, 6], second, third);
  await expectExactly(await stopTraffic());
});

it('replaces a worker that was killed', async () => {
  const [first, second] = await Promise.all([at.join(), at.join()]);
  await at.spreadIs([6, 6], first, second);
  const stopTraffic = at.traffic();
  await waitFor('something to be in history', () => at.hasMarked());
  await ended(second, 'SIGKILL');
  await at.spreadIs([12], first);
  await expectExactly(await stopTraffic());
});

it('a worker that was paused at any moment writes only what it gets when it goes on', async () => {
  const [first, second, third] = await Promise.all([at.join(), at.join(), at.join()]);
  await at.spreadIs([4, 4, 4], first, second, third);
  const stopTraffic = at.traffic();
  await waitFor('something to be in history', () => at.hasMarked());
  third.kill('SIGSTOP');
  await at.spreadIs([6, 6], first, second);
  third.kill('SIGCONT');
  await at.spreadIs([4, 4, 4], first, second, third);
  const sent = await stopTraffic();
  // It may have been paused in mid-insert: what it then wrote late is found and removed.
  await waitFor('history without late rows', async () => (await at.verified()).ok);
  await expectExactly(sent);
});

it('goes on by itself after Redis hung for longer than leases last', async () => {
  const [first, second] = await Promise.all([at.join(), at.join()]);
  await at.spreadIs([6, 6], first, second);
  process.kill(at.redisPid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  process.kill(at.redisPid, 'SIGCONT');
  const stopTraffic = at.traffic();
  await at.spreadIs([6, 6], first, second);
  await expectExactly(await stopTraffic());
});

it('ends within its drain deadline while Redis hangs', async () => {
  const worker = await at.join();
  await at.spreadIs([12], worker);
  const clock = startAwakeClock();
  process.kill(at.redisPid, 'SIGSTOP');
  try {
    await ended(worker, 'SIGTERM');
    // 5 s in these tests, and a child's exit takes its time on a busy machine.
    expect(clock.nowMs()).toBeLessThan(9_000);
  } finally {
    process.kill(at.redisPid, 'SIGCONT');
    clock.stop();
  }
});
