// Ports that nobody uses at the moment. What can listen on 0 should: between here and its use a port
// may be taken. This is for programs that must be told a number, and for those that come back to it.
//
// Not those that the system gives to outgoing connections (from 32,768 on): while a program is down,
// one of them could get its port, or even be connected to itself.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 10_000;
const LAST = 32_000;

// Files that run at the same time take theirs from different slices: a service that is just starting
// had its port taken by the cluster of another file.
const SLICES = 16;
const WIDTH = Math.floor((LAST - FIRST) / SLICES);
const start = FIRST + WIDTH * (Number(process.env.VITEST_POOL_ID ?? 0) % SLICES);

/** Given away in this process, and perhaps not in use yet. */
const given = new Set<number>();

/** So many different free ports of 127.0.0.1. */
export async function freshPorts(count: number): Promise<readonly number[]> {
  if (given.size > WIDTH / 2) given.clear();
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(start, start + WIDTH);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
