import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { RedisClock } from '../../src/state/redis-clock.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { startPrivateRedis } from '../support/private-redis.ts';

test('gateways whose clocks are wrong agree on the time of their Redis', async () => {
  const redis = await startPrivateRedis();
  onTestFinished(() => redis.stop());
  const connection = openConnection({ url: redis.socket, deadlineMs: 2_000 });
  onTestFinished(() => connection.close());
  await connection.ready();
  const anHour = 3_600_000;
  const machines = [fakeClock(Date.now() - anHour), fakeClock(Date.now() + anHour)];
  const clocks = [];
  for (const machine of machines) {
    const clock = await RedisClock.start(connection, machine);
    onTestFinished(() => clock.stop());
    clocks.push(clock);
  }
  for (const clock of clocks) {
    expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(5_000);
    expect(clock.inStep).toBe(true);
  }
  const before = clocks[0]!.nowMs();
  machines[0]!.advance(250);
  expect(clocks[0]!.nowMs()).toBe(before + 250);
  expect(clocks[0]!.monotonicMs()).toBe(250);
});
