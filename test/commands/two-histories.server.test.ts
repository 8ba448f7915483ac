// Two workers with embedded histories of their own on one Redis: a part of the ledger would go to each.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { untilReady } from '../support/readiness.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let redis: PrivateRedis;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  redis = await startPrivateRedis();
  folder = await mkdtemp(join(tmpdir(), 'proffer-histories-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A worker with a data directory of this name. */
async function startWorker(name: string) {
  const [port = 0, sqlPort = 0] = await freshPorts(2);
  const child = spawn(process.execPath, [MAIN, 'worker'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH, REDIS_URL: redis.socket, PROFFER_LOG_LEVEL: 'error' },
      ...{ PROFFER_DATA_DIR: join(folder, name), PROFFER_LEASE_TTL_MS: '1000' },
      ...{ PROFFER_SQL_PORT: `${sqlPort}`, PROFFER_WORKER_PORT: `${port}` },
    },
  });
  children.push(child);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const output = () => said;
  const ready = () => untilReady({ url: `http://127.0.0.1:${port}`, output });
  return { child, said: output, ready };
}

it('the second says so in one line and ends, and the first goes on', async () => {
  const first = await startWorker('one');
  await first.ready();
  const second = await startWorker('two');
  const [code] = await once(second.child, 'exit');
  expect(code).toBe(1);
  expect(second.said()).toMatch(
    /^proffer: \S+\/\d+ is a worker of this Redis already, .* stop one of them.*\n$/,
  );
  expect(first.child.exitCode).toBeNull();
});

it('one that was killed a moment ago is none', async () => {
  const first = await startWorker('one');
  await first.ready();
  const ended = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await ended;
  const second = await startWorker('one');
  await second.ready();
  const client = redis.connect();
  const leases = () => client.keys('proffer:*:lease');
  await waitFor('all partitions to be held', async () => (await leases()).length === 64);
  // Longer than the first could be heard of.
  const heldAtMs = performance.now();
  await waitFor('patience to end', () => performance.now() - heldAtMs > 3_500);
  expect(second.child.exitCode).toBeNull();
});
