// How much does the gateway cost over bare uWebSockets.js with JSON.parse? Same machine, same run,
// the pipeline answers at once. Prints throughput at saturation and CPU per event of the server.
//
//   node --import tsx bench/gateway-floor.ts [seconds] [connections]

import uWS from 'uWebSockets.js';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../src/gateway/gateway.ts';
import { NO_OPTIONS } from '../src/gateway/keys/key-options.ts';
import { fixedKeyRing } from '../src/gateway/keys/key-ring.ts';
import { systemClock } from '../src/ops/clock.ts';
import { createMetrics } from '../src/ops/metrics.ts';
import { fixedCatalogDesk } from '../test/support/fixed-catalog-desk.ts';
import { fixedNames } from '../test/support/fixed-names.ts';
import { NO_STREAMS } from '../test/support/no-streams.ts';

const KEY = 'bench-key-of-24-letters';
const EVENT = JSON.stringify({
  userId: 'u12345',
  event: 'Product Viewed',
  messageId: 'ajs-next-1763800000000-6f1c9c6e-bench',
  timestamp: '2026-01-22T08:00:00.000Z',
  properties: { product_id: 'p9', category: 'phone', name: 'P9', price: 699, url: '/p/p9?x=1' },
  context: { channel: 'web', locale: 'zh-CN', userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' },
});
const REQUEST =
  'POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
  `Authorization: Basic ${btoa(`${KEY}:`)}\r\nContent-Length: ${EVENT.length}\r\n\r\n${EVENT}`;

const [, self, ...args] = process.argv;
if (process.send !== undefined) await serve(args[0]!);
else await measure(Number(args[0] ?? 3), Number(args[1] ?? 64));

async function serve(mode: string): Promise<void> {
  const port = mode === 'floor' ? serveFloor() : await serveGateway();
  process.on('message', () => process.send!(process.cpuUsage()));
  process.once('disconnect', () => process.exit(0));
  process.send!(port);
}

function serveFloor(): number {
  let port = 0;
  uWS
    .App()
    .post('/v1/track', (res) => {
      res.onAborted(() => {});
      res.onData((chunk, isLast) => {
        if (!isLast) return;
        const event = JSON.parse(Buffer.from(chunk).toString('utf8')) as { messageId: string };
        res.writeHeader('Content-Type', 'application/json');
        res.end(`{"success":true,"messageId":"${event.messageId}","decisions":[]}`);
      });
    })
    .listen('127.0.0.1', 0, (socket) => {
      port = uWS.us_socket_local_port(socket as unknown as uWS.us_socket);
    });
  return port;
}

async function serveGateway(): Promise<number> {
  const metrics = createMetrics();
  const key = {
    id: 'k',
    name: 'k',
    kind: 'write',
    createdAtMs: 0,
    revokedAtMs: null,
    options: NO_OPTIONS,
  } as const;
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    budgets: { report: async () => ({ budgets: [] }) },
    streams: NO_STREAMS,
    deliveries: { list: async () => [], retry: async () => false },
    items: { put: async () => 'declared', find: async () => null, delete: async () => false },
    recommending: { recommend: async () => ({ kind: 'unknown', known: [] }) },
    merging: {
      merge: async () => ({ kind: 'busy' }),
      unlink: async () => ({ kind: 'unknown' }),
      unmerge: async () => ({ kind: 'unknown' }),
    },
    refusedNames: { reasonOf: () => null },
    pipeline: {
      submit: ({ messageId }) =>
        Promise.resolve({
          kind: 'done',
          messageId,
          duplicate: false,
          answer: '[]',
          decisions: [],
        }),
    },
    keys: fixedKeyRing({ [KEY]: key }),
    catalogs: fixedCatalogDesk(),
    names: fixedNames(),
    customers: { view: async () => null, idOf: async (name) => name },
    explanations: { explain: () => Promise.reject(new Error('not asked')) },
    rejections: { record: async () => {} },
    audits: { record: async () => {} },
    partitionsUnwritable: () => 0,
    readiness: () => ({ ready: true, reason: '' }),
    metricsText: () => metrics.registry.metrics(),
    metrics,
    shed: metrics.counterBy('proffer_shed_total', 'Sent away.', 'reason'),
    clock: systemClock,
    keyRate: null,
    limits: {
      inFlightMax: 4_096,
      // A busy machine may stop this process for a while: nothing is to be shed for that here.
      turnMsMax: 60_000,
      bodyDeadlineMs: 8_000,
      bodyBytesInFlightMax: 64 * 1024 * 1024,
    },
    onFault: (error) => console.error(error),
  });
  return gateway.port;
}

async function measure(seconds: number, connections: number): Promise<void> {
  console.log(`${EVENT.length}-byte events, ${connections} connections, ${seconds} s each`);
  for (const round of [1, 2]) {
    for (const mode of ['floor', 'gateway']) {
      const child = fork(fileURLToPath(new URL(self!, 'file://')), [mode], {
        execArgv: ['--import', 'tsx'],
      });
      const [port] = (await once(child, 'message')) as [number];
      await load(port, Math.min(1_000, seconds * 1_000), connections);
      const before = await cpuUs(child);
      const startedAtMs = performance.now();
      const count = await load(port, seconds * 1_000, connections);
      const tookS = (performance.now() - startedAtMs) / 1_000;
      const cpu = ((await cpuUs(child)) - before) / count;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      const rate = Math.round(count / tookS);
      console.log(`${round} ${mode.padEnd(8)} ${rate} events/s, ${cpu.toFixed(1)} µs CPU/event`);
    }
  }
}

async function cpuUs(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [usage] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return usage.user + usage.system;
}

/** Every connection sends its next event when the last was answered; returns the answers. */
async function load(port: number, ms: number, connections: number): Promise<number> {
  let answered = 0;
  let running = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      // Answers are short: each comes in one piece, and tells its status at the front.
      if (data[9] !== 50) throw new Error(data.toString());
      answered++;
      if (running) socket.write(REQUEST);
    });
    socket.on('connect', () => socket.write(REQUEST));
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, ms));
  running = false;
  const count = answered;
  for (const socket of sockets) socket.destroy();
  return count;
}
