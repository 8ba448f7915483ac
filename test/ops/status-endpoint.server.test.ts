// The status endpoint alone: what it says, and that it is not there to be broken.

import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SetupFault } from '../../src/errors.ts';
import { type StatusEndpoint, startStatusEndpoint } from '../../src/ops/status-endpoint.ts';

let endpoint: StatusEndpoint;
let why: string | null = null;
let metricsText = () => Promise.resolve('proffer_x_total 1\n');
beforeAll(async () => {
  endpoint = await startStatusEndpoint({
    host: '127.0.0.1',
    port: 0,
    notReady: () => why,
    metricsText: () => metricsText(),
  });
});
afterAll(() => endpoint.close());

const get = (path: string, init?: RequestInit) =>
  fetch(`http://127.0.0.1:${endpoint.port}${path}`, init);

it('serves metrics as Prometheus reads them', async () => {
  const answer = await get('/metrics');
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await answer.text()).toBe('proffer_x_total 1\n');
});

it('tells why it is not ready, and that it lives all the same', async () => {
  expect([(await get('/readyz')).status, (await get('/healthz')).status]).toEqual([200, 200]);
  why = 'Redis does not answer';
  const answer = await get('/readyz');
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await answer.json()).toEqual({
    error: { code: 'not_ready', message: 'The worker is not ready: Redis does not answer.' },
  });
  expect((await get('/healthz')).status).toBe(200);
});

it('answers what it does not know with a code', async () => {
  expect((await get('/v1/track')).status).toBe(404);
  expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
  const head = await get('/healthz?probe=1', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

it('goes on after a scrape that failed', async () => {
  metricsText = () => Promise.reject(new Error('no'));
  expect((await get('/metrics')).status).toBe(500);
  metricsText = () => Promise.resolve('');
  expect((await get('/metrics')).status).toBe(200);
});

it('closes while somebody holds a connection', async () => {
  const other = await startStatusEndpoint({
    ...{ host: '127.0.0.1', port: 0, notReady: () => null },
    metricsText: () => Promise.resolve(''),
  });
  const socket = connect(other.port, '127.0.0.1');
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  await other.close();
  await ended;
});

it('says in one line that its port is taken', async () => {
  const taken = startStatusEndpoint({
    ...{ host: '127.0.0.1', port: endpoint.port, notReady: () => null },
    metricsText: () => Promise.resolve(''),
  });
  await expect(taken).rejects.toThrow(
    new SetupFault(
      `port ${endpoint.port} on 127.0.0.1 is in use: ` +
        'stop what listens there, or set PROFFER_WORKER_PORT',
    ),
  );
});
