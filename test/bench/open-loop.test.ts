// The load that waves send, against a server that answers as it is told.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openLoop } from '../../bench/support/open-loop.ts';
import { ACKNOWLEDGED, REFUSED, UNKNOWN } from '../../bench/support/outcomes.ts';
import { SHARES, type TrafficShares } from '../../bench/support/traffic.ts';

const SINGLES: TrafficShares = { batches: 0, decides: 0, repeats: 0 };

const BODY = '{"error":{"code":"overloaded"}}';

/** Answers the n-th request with a status, or, null, closes its connection. */
async function serving<T>(
  statusOf: (n: number) => number | null,
  use: (port: number) => Promise<T>,
): Promise<T> {
  let served = 0;
  const server: Server = createServer((request, response) => {
    request.resume().on('end', () => {
      const status = statusOf(served++);
      if (status === null) request.socket.destroy();
      else response.writeHead(status, { 'content-length': BODY.length }).end(BODY);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const loadOn = (port: number, shares: TrafficShares, requestsPerS = 500) =>
  openLoop(
    {
      ports: [port],
      connections: 4,
      phases: [
        { requestsPerS, durationMs: 200 },
        { requestsPerS: requestsPerS / 2, durationMs: 200 },
      ],
      traffic: { seed: 1, customers: 10, key: 'k', shares },
    },
    () => {},
  );

const countOf = (outcomes: Uint8Array, wanted: number) =>
  outcomes.filter((outcome) => outcome === wanted).length;

describe('the open loop', () => {
  it('asks as often as the phases say, and knows what was acknowledged', async () => {
    const { phases, events } = await serving(
      () => 200,
      (port) => loadOn(port, SINGLES),
    );
    expect(phases.map(({ asked, served }) => [asked, served])).toEqual([
      [100, 100],
      [50, 50],
    ]);
    expect(countOf(events, ACKNOWLEDGED)).toBe(150);
  });

  it('tells refused from unanswered, and goes on after both', async () => {
    const statusOf = (n: number) => (n % 10 === 3 ? 503 : n % 10 === 7 ? null : 200);
    const { phases, events } = await serving(statusOf, (port) => loadOn(port, SINGLES));
    const sum = (pick: (phase: (typeof phases)[number]) => number) =>
      phases.reduce((total, phase) => total + pick(phase), 0);
    const refused = sum((phase) => phase.refused['503 overloaded'] ?? 0);
    const unanswered = sum((phase) => phase.unanswered);
    expect(refused).toBeGreaterThan(10);
    expect(sum((phase) => phase.sentAgain)).toBeGreaterThan(10);
    expect(sum((phase) => phase.served) + refused + unanswered).toBe(150);
    expect(countOf(events, REFUSED)).toBe(refused);
    expect(countOf(events, UNKNOWN)).toBe(unanswered);
  });

  it('sends batches, questions and repeats as its shares say, the same every time', async () => {
    const shares = { ...SHARES, batches: 0.2, decides: 0.2, repeats: 0.2 };
    const run = () =>
      serving(
        () => 200,
        (port) => loadOn(port, shares),
      );
    const [first, second] = [await run(), await run()];
    expect(first.decides.length).toBeGreaterThan(10);
    expect(first.events.length).toBeGreaterThan(150);
    expect(countOf(first.events, ACKNOWLEDGED)).toBe(first.events.length);
    expect([second.events.length, second.decides.length]).toEqual([
      first.events.length,
      first.decides.length,
    ]);
  });
});
