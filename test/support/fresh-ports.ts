// Ports that nobody uses at the moment. What can listen on 0 should: between here and its use a port
// may be taken. This is for programs that must be told a number, and for those that come back to it.
//
// Not those that the system gives to outgoing connections (from 32,768 on): while a program is down,
// one of them could get its port, or even be connected to itself.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 32_000;

/** So many different free ports of 127.0.0.1. */
export async function freshPorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, LAST);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
