import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { type HttpClient, httpClient } from '../support/http-client.ts';
import { NO_STREAMS } from '../support/no-streams.ts';
import { done, type RunningGateway, startTestGateway, WRITE_KEY } from './running-gateway.ts';

const EVENT = { userId: 'u', event: 'E' };

let gateway: RunningGateway;
let client: HttpClient;
/** The gateway's: it is quiet when a test says so. */
let clock: FakeClock;
beforeEach(async () => {
  clock = fakeClock();
  gateway = await startTestGateway({ clock });
  // One connection: what comes later must use the one that is there.
  client = httpClient(WRITE_KEY, 1);
});
afterEach(async () => {
  client.close();
  await gateway.stop(0);
});

/** So long after the last request nobody is expected to come any more; well within deadlines. */
const QUIET_MS = 1_000;

/** From now on answers wait for `release`. */
function holdAnswers() {
  const held: (() => void)[] = [];
  gateway.answer = (s) => new Promise((resolve) => held.push(() => resolve(done(s))));
  return {
    count: () => held.length,
    release: () => {
      for (const answer of held) answer();
      gateway.answer = (s) => done(s);
    },
  };
}

describe('a gateway that is told to stop', () => {
  it('serves kept connections on and closes them with the answer, but takes no new ones', async () => {
    const url = `${gateway.url}/v1/track`;
    expect((await client.post(url, EVENT)).headers.connection).toBeUndefined();
    const inFlight = holdAnswers();
    const other = httpClient(WRITE_KEY, 1);
    const pending = other.post(url, EVENT);
    await expect.poll(inFlight.count).toBe(1);
    let isOver = false;
    const stopping = gateway.stop(30_000).then(() => {
      isOver = true;
    });
    inFlight.release();
    expect([(await pending).status, (await pending).headers.connection]).toEqual([200, 'close']);
    const kept = await client.post(url, EVENT);
    expect([kept.status, kept.headers.connection, kept.wasReused]).toEqual([200, 'close', true]);
    await expect(other.post(url, EVENT)).rejects.toThrow('ECONNREFUSED');
    expect(isOver).toBe(false);
    clock.advance(QUIET_MS);
    await stopping;
    expect(gateway.submissions).toHaveLength(3);
    other.close();
  });

  it('is not ready at once, and otherwise as before while it is told to serve on', async () => {
    expect((await gateway.get('/readyz')).status).toBe(200);
    const stopping = gateway.stop(30_000, 5_000);
    const ready = await gateway.get('/readyz');
    expect([ready.status, ready.json.error.message]).toEqual([
      503,
      'The service is not ready: draining.',
    ]);
    expect((await gateway.get('/healthz')).status).toBe(200);
    const fresh = await client.post(`${gateway.url}/v1/track`, EVENT);
    expect([fresh.status, fresh.headers.connection]).toEqual([200, undefined]);
    clock.advance(QUIET_MS);
    await stopping;
    await expect(gateway.get('/healthz')).rejects.toThrow();
  });

  it('ends a stream that begins meanwhile, so that its client goes elsewhere and does not give up', async () => {
    await gateway.stop(0);
    let stopped = false;
    const stop = async () => {
      stopped = true;
    };
    const streams = { ...NO_STREAMS, stop };
    Object.defineProperty(streams, 'isFull', { get: () => stopped });
    gateway = await startTestGateway({ clock, streams });
    const socket = connect(gateway.port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    // A request over it: it is one of those that are served on.
    socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await expect.poll(() => text).toContain('"ok"');
    const stopping = gateway.stop(30_000);
    text = '';
    socket.write(`GET /v1/stream?userId=u&key=${WRITE_KEY} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await expect
      .poll(() => text)
      .toMatch(/^HTTP\/1.1 200 OK[\s\S]*retry: 2000\n\n[\s\S]*\r\n0\r\n\r\n$/);
    clock.advance(QUIET_MS);
    await stopping;
    socket.destroy();
  });

  it('does not wait for connections that nobody uses', async () => {
    await client.post(`${gateway.url}/v1/track`, EVENT);
    clock.advance(QUIET_MS);
    // Far longer than a test may take.
    await gateway.stop(600_000);
    await expect(client.post(`${gateway.url}/v1/track`, EVENT)).rejects.toThrow();
  });
});
