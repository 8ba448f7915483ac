// `proffer worker` run alone tells Prometheus and the orchestrator how it is.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let redis: PrivateRedis;
let directory: string;
let worker: ChildProcess;
let url: string;
let env: Record<string, string>;
beforeAll(async () => {
  redis = await startPrivateRedis();
  directory = await mkdtemp(join(tmpdir(), 'proffer-worker-'));
  const [port] = await freshPorts(1);
  url = `http://127.0.0.1:${port}`;
  env = {
    PATH: process.env.PATH ?? '',
    PROFFER_WORKER_PORT: String(port),
    PROFFER_SQL_PORT: '0',
    PROFFER_DATA_DIR: directory,
    PROFFER_LEASE_TTL_MS: '1000',
    REDIS_URL: redis.socket,
  };
  worker = spawn(process.execPath, [MAIN, 'worker'], { env, stdio: 'ignore' });
  await waitFor('/readyz', async () => (await fetch(`${url}/readyz`)).status === 200);
});
afterAll(async () => {
  worker?.kill('SIGKILL');
  await redis?.stop();
  await rm(directory, { recursive: true, force: true });
});

it('exports what history and the process do', async () => {
  await waitFor('its partitions', async () =>
    /^proffer_history_partitions 64$/m.test(await (await fetch(`${url}/metrics`)).text()),
  );
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text).toMatch(/^proffer_history_lag_records 0$/m);
  expect(text).toMatch(/^proffer_history_failing_seconds 0$/m);
  expect(text).toMatch(/^process_resident_memory_bytes\{role="worker"\} \d{8,}$/m);
});

it('is not ready while Redis is away, but lives, and is ready again by itself', async () => {
  await redis.kill();
  await waitFor('503', async () => (await fetch(`${url}/readyz`)).status === 503);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await redis.restart();
  await waitFor('200', async () => (await fetch(`${url}/readyz`)).status === 200);
});

it.each([
  ['its port', 'PROFFER_WORKER_PORT'],
  ["the analysts' port", 'PROFFER_SQL_PORT'],
])('ends with one line when %s is taken', async (_, knob) => {
  const { port } = new URL(url);
  const other = await startPrivateRedis();
  const second = spawn(process.execPath, [MAIN, 'worker'], {
    env: {
      ...{ ...env, PROFFER_WORKER_PORT: '0', [knob]: port },
      ...{ PROFFER_DATA_DIR: join(directory, 'second'), REDIS_URL: other.socket },
      PROFFER_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  second.stderr.on('data', (bytes) => {
    said += bytes;
  });
  const [code] = await once(second, 'close');
  await other.stop();
  expect([code, said]).toEqual([
    1,
    `proffer: port ${port} on 127.0.0.1 is in use: stop what listens there, or set ${knob}\n`,
  ]);
});

it('stops at a signal with exit code 0, and no longer answers', async () => {
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
