// The proxy itself, between an echo server and its clients.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from './conditions.ts';
import { freshDirectory } from './fresh-directory.ts';
import { type ProxyEnd, startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let served: Buffer;
let proxy: TcpProxy;
beforeEach(async () => {
  served = Buffer.alloc(0);
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      served = Buffer.concat([served, bytes]);
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy({ port: (echo.address() as { port: number }).port });
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

interface Client {
  readonly socket: Socket;
  got: string;
  ending: 'open' | 'end' | string;
}

function client(to: ProxyEnd = { port: proxy.port }): Client {
  const self: Client = { socket: connect(to), got: '', ending: 'open' };
  self.socket.on('data', (bytes) => {
    self.got += bytes;
  });
  self.socket.on('end', () => {
    if (self.ending === 'open') self.ending = 'end';
  });
  self.socket.on('error', (error: NodeJS.ErrnoException) => {
    self.ending = error.code ?? 'error';
  });
  return self;
}

async function greeted(): Promise<Client> {
  const one = client();
  one.socket.write('hello');
  await waitFor('the echo', () => one.got === 'hello');
  return one;
}

it('passes megabytes both ways unchanged, through a narrow reader', async () => {
  const one = client();
  const big = Buffer.alloc(12 * 1024 * 1024, 'abcdefg');
  one.socket.pause();
  one.socket.write(big);
  await new Promise((resolve) => setTimeout(resolve, 100));
  one.socket.resume();
  await waitFor('all of it', () => one.got.length === big.length);
  expect(one.got === big.toString()).toBe(true);
  one.socket.end();
  await once(one.socket, 'close');
  await waitFor('its end at the proxy', () => proxy.connections === 0);
});

it('cuts with a reset or an orderly end, and takes new connections', async () => {
  const one = await greeted();
  proxy.cut('reset');
  await waitFor('the reset', () => one.ending === 'ECONNRESET');
  const two = await greeted();
  proxy.cut('fin');
  await waitFor('the end', () => two.ending === 'end');
  (await greeted()).socket.destroy();
});

it('refuses new connections and keeps old ones', async () => {
  const one = await greeted();
  proxy.refuse();
  const two = client();
  await waitFor('the refusal', () => two.ending === 'ECONNRESET');
  one.socket.write('!');
  await waitFor('the echo', () => one.got === 'hello!');
  proxy.accept();
  (await greeted()).socket.destroy();
});

it('stalls one direction and lets go of what it held', async () => {
  const one = await greeted();
  proxy.stall('answers');
  one.socket.write('?');
  await waitFor('the request', () => served.toString() === 'hello?');
  expect(one.got).toBe('hello');
  proxy.resume();
  await waitFor('the answer', () => one.got === 'hello?');
  proxy.stall('requests');
  one.socket.write('!');
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(served.toString()).toBe('hello?');
  proxy.heal();
  await waitFor('the answer', () => one.got === 'hello?!');
});

it('stalls at the bytes that it is told of', async () => {
  const one = await greeted();
  const stalled = proxy.stallAt((bytes) => bytes.includes('pay'));
  one.socket.write('look');
  await waitFor('another answer', () => one.got === 'hellolook');
  one.socket.write('pay');
  await stalled;
  one.socket.end();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(served.toString()).toBe('hellolook');
  proxy.resume();
  await waitFor('the late bytes of one who is gone', () => served.toString() === 'hellolookpay');
});

it('delays, and narrows', async () => {
  const one = await greeted();
  proxy.delay(60, 20);
  const atMs = performance.now();
  one.socket.write('!');
  await waitFor('the answer', () => one.got === 'hello!');
  expect(performance.now() - atMs).toBeGreaterThanOrEqual(119);
  proxy.delay(0);
  proxy.throttle(10_000);
  const narrowAtMs = performance.now();
  one.socket.write('n'.repeat(1_000));
  await waitFor('the answer', () => one.got.length === 1_006);
  expect(performance.now() - narrowAtMs).toBeGreaterThanOrEqual(199);
});

it('cuts after exactly so many bytes of an answer', async () => {
  const one = await greeted();
  const happened = proxy.cutAfterAnswerBytes(3);
  one.socket.write('abcdef');
  await happened;
  await waitFor('the end', () => one.ending !== 'open');
  expect(one.got).toBe('helloabc');
});

it('swallows an answer: the target has done it, the client is cut off', async () => {
  const one = await greeted();
  const happened = proxy.swallowAnswer((bytes) => bytes.includes('pay'));
  one.socket.write('look');
  await waitFor('another answer', () => one.got === 'hellolook');
  one.socket.write('pay');
  await happened;
  await waitFor('the reset', () => one.ending === 'ECONNRESET');
  expect([served.toString(), one.got]).toEqual(['hellolookpay', 'hellolook']);
});

it('proxies Unix sockets', async () => {
  const path = join(freshDirectory(), 'proxy.sock');
  const { port } = echo.address() as { port: number };
  const unix = await startTcpProxy({ port }, { path });
  const one = client({ path });
  one.socket.write('hello');
  await waitFor('the echo', () => one.got === 'hello');
  unix.cut();
  await waitFor('the end', () => one.ending !== 'open');
  await unix.close();
});
