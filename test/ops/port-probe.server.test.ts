import uWS from 'uWebSockets.js';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SetupFault } from '../../src/errors.ts';
import { probePort } from '../../src/ops/port-probe.ts';

test('a free port is returned, and is free afterwards', async () => {
  const port = await probePort('127.0.0.1', 0, 'PROFFER_PORT');
  expect(port).toBeGreaterThan(0);
  expect(await probePort('127.0.0.1', port, 'PROFFER_PORT')).toBe(port);
});

test('a port that uWebSockets.js listens on, and would share, is taken', async () => {
  const port = await probePort('127.0.0.1', 0, 'PROFFER_PORT');
  const token = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    uWS.App().listen('127.0.0.1', port, resolve);
  });
  if (token === false) throw new Error('uWebSockets.js does not listen');
  onTestFinished(() => uWS.us_listen_socket_close(token));
  await expect(probePort('127.0.0.1', port, 'PROFFER_PORT')).rejects.toThrow(
    `port ${port} on 127.0.0.1 is in use: stop what listens there, or set PROFFER_PORT`,
  );
});

test('a port that somebody has on every address is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  await expect(probePort('127.0.0.1', port, 'PROFFER_PORT')).rejects.toThrow(SetupFault);
});

test('an address of another machine is a fault that names the setting', async () => {
  await expect(probePort('192.0.2.1', 0, 'PROFFER_PORT')).rejects.toThrow(
    '192.0.2.1 is not an address of this machine: set PROFFER_HOST',
  );
});
