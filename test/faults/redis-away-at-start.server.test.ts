// Redis is away while `up` is starting, or goes away meanwhile: the settings are right, so what it does
// is tried again until Redis is back, and the start ends as if nothing had happened.

import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { descendants } from '../support/process-tree.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let redis: PrivateRedis;
let front: TcpProxy;
let proffer: ProfferProcess | null = null;
beforeEach(async () => {
  redis = await startPrivateRedis();
  front = await startTcpProxy({ path: redis.socket });
});
afterEach(async () => {
  await proffer?.dispose();
  proffer = null;
  await front.close();
  await redis.stop();
});

const gateways = () =>
  descendants(process.pid).filter((p) => p.commandLine.endsWith('main.js gateway'));

/** Nobody else asks how names are hashed. */
const isGateway = (bytes: Buffer) => bytes.includes('names_secret');

it('waits for a Redis that is away from the beginning', async () => {
  let connects = 0;
  const nobody = createServer((socket) => {
    connects++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
  front.retarget({ port: (nobody.address() as AddressInfo).port });
  const starting = startProffer({
    REDIS_URL: `redis://127.0.0.1:${front.port}`,
    PROFFER_PARTITIONS: '4',
  });
  starting.catch(() => {});
  // One try connects some seven times within its two seconds.
  await waitFor('a second try', () => connects > 10, 60_000);
  front.retarget({ path: redis.socket });
  nobody.close();
  proffer = await starting;
  expect(proffer.output()).toMatch(/Redis does not answer.*: trying again/);
}, 180_000);

it('tries the gateways again', async () => {
  // Held at its first question, the first gateway is not ready before Redis is gone; nor is another.
  const asked = front.stallAt(isGateway);
  const starting = startProffer({
    REDIS_URL: `redis://127.0.0.1:${front.port}`,
    PROFFER_GATEWAYS: '2',
    PROFFER_PARTITIONS: '4',
    PROFFER_REDIS_DEADLINE_MS: '500',
  });
  starting.catch(() => {});
  await Promise.race([asked, starting]);
  front.refuse();
  front.cut();
  front.resume();
  const pids = new Set<number>();
  const several = () => {
    for (const { pid } of gateways()) pids.add(pid);
    return pids.size > 4;
  };
  await waitFor('more tries', several);
  front.accept();
  proffer = await starting;
  expect(proffer.output()).toMatch(/gateway [12]: Redis does not answer/);
  const body = { userId: 'u', event: 'Clicked', messageId: 'm' };
  expect((await proffer.request('POST', '/v1/track', { body })).status).toBe(200);
});
