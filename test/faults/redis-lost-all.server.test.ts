// The private Redis of `up` loses everything: what `up` prepared there is put back, so that gateways
// that start after it serve again, and no operator has to start anything.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

let proffer: ProfferProcess;
beforeEach(async () => {
  proffer = await startProffer({ PROFFER_PARTITIONS: '4' });
}, 120_000);
afterEach(() => proffer?.dispose());

const pidOf = (word: string) => proffer.processes(word)[0]!.pid;

/** Kills the gateway, and waits until another serves. */
async function expectNextGatewayServes(): Promise<void> {
  const before = pidOf('main.js gateway');
  process.kill(before, 'SIGKILL');
  await waitFor(
    'another gateway',
    () => proffer.output().split('gateway 1 is ready again').length > 1,
    30_000,
  );
  const body = { userId: 'u', event: 'Points Earned', properties: { points: 1200 } };
  const answer = await proffer.request('POST', '/v1/track', { body });
  expect(answer).toMatchObject({
    status: 200,
    body: { decisions: [{ placement: 'app_home' }] },
  });
}

it('whose keys were all deleted', async () => {
  const redis = new Redis(join(proffer.dataDirectory, 'redis.sock'));
  await redis.flushall();
  redis.disconnect();
  await expectNextGatewayServes();
  expect(proffer.output()).toContain('Redis had lost keys and catalog: they are back');
});

it('that came back without its file', async () => {
  rmSync(join(proffer.dataDirectory, 'redis', 'appendonlydir'), { recursive: true });
  process.kill(pidOf('redis-server'), 'SIGKILL');
  await waitFor('the catalog', () => proffer.output().includes('they are back'), 30_000);
  await expectNextGatewayServes();
  expect(proffer.output()).not.toContain('no catalog was published');
});
