// From an event to the screen: how long after it was sent has a page its decision by /v1/stream, beside
// the event's own answer (the floor: nobody can have it before)? Half of the clients listen at the gateway
// that takes the events, half at another. And what is the memory of a stream on which nothing happens?
//
//   npm run build && node --import tsx bench/streams.ts [clients] [seconds] [idle streams]

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type GatewayProcess, startGatewayProcesses } from '../test/support/gateway-processes.ts';
import { machine, resultHash } from './support/machine.ts';
import { table } from './support/table.ts';

const EVENTS_PER_S = 200;
const CATALOG = `
catalog: streams
triggers: { viewed: { on: Viewed, decide: [popup] } }
offers: { gift: { treatments: { popup: { n: "{{ event.properties.n }}", title: "Made for you" } } } }
placements: { popup: { channel: web } }
channels: { web: stream }
`;

export async function streams(clients: number, seconds: number, idle: number): Promise<string> {
  const all = await startGatewayProcesses(2, CATALOG);
  const sockets: Socket[] = [];
  try {
    const [here, there] = all.gateways as [GatewayProcess, GatewayProcess];
    const screens = new Map<number, number>();
    const open = async (gateway: GatewayProcess, userId: string) => {
      const socket = await openStream(gateway.port, userId, all.writeKey, (n) => {
        if (!screens.has(n)) screens.set(n, performance.now());
      });
      sockets.push(socket);
    };
    for (let i = 0; i < clients; i++) await open(i % 2 === 0 ? here : there, `p${i}`);
    const count = EVENTS_PER_S * seconds;
    const sent: number[] = [];
    const answered: number[] = [];
    const beganAt = performance.now();
    const sends: Promise<void>[] = [];
    for (let n = 0; n < count; n++) {
      const wait = beganAt + (n * 1_000) / EVENTS_PER_S - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      sent[n] = performance.now();
      sends.push(
        send(here.url, all.writeKey, `p${n % clients}`, n).then(() => {
          answered[n] = performance.now();
        }),
      );
    }
    await Promise.all(sends);
    const untilMs = performance.now() + 10_000;
    while (screens.size < count && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const of = (at: (n: number) => number | undefined, takes: (n: number) => boolean) =>
      sent.flatMap((from, n) => (takes(n) && at(n) !== undefined ? [at(n)! - from] : []));
    const isHere = (n: number) => (n % clients) % 2 === 0;
    const rows = [
      [
        'the event’s answer (floor)',
        ...quantiles(
          of(
            (n) => answered[n],
            () => true,
          ),
        ),
      ],
      ['a stream of the same gateway', ...quantiles(of((n) => screens.get(n), isHere))],
      [
        'a stream of another',
        ...quantiles(
          of(
            (n) => screens.get(n),
            (n) => !isHere(n),
          ),
        ),
      ],
    ];
    const [freshBytes, idleBytes] = await idleMemory(there, idle, open);
    const each = (idleBytes - freshBytes) / 1_024 / Math.max(1, idle);
    return [
      machine(),
      '',
      `${clients} clients, ${EVENTS_PER_S} events a second, ${seconds} s`,
      '',
      table(['from an event to', 'p50 ms', 'p99 ms', 'max ms', 'of events'], rows),
      '',
      `${idle} idle streams: ${each.toFixed(1)} KB each of the gateway’s memory (RSS)`,
      '',
      `result ${resultHash(`${screens.size} of ${count}`)}`,
    ].join('\n');
  } finally {
    for (const socket of sockets) socket.destroy();
    await all.stop();
  }
}

/** Resident memory without and with so many streams of as many customers, bytes. */
async function idleMemory(
  gateway: GatewayProcess,
  idle: number,
  open: (gateway: GatewayProcess, userId: string) => Promise<void>,
): Promise<readonly [number, number]> {
  const before = await gateway.metric('process_resident_memory_bytes');
  for (let i = 0; i < idle; i += 100) {
    const some = Array.from({ length: Math.min(100, idle - i) }, (_, n) => `idle${i + n}`);
    await Promise.all(some.map((userId) => open(gateway, userId)));
  }
  return [before, await gateway.metric('process_resident_memory_bytes')];
}

async function send(url: string, key: string, userId: string, n: number): Promise<void> {
  const answer = await fetch(`${url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ userId, event: 'Viewed', properties: { n } }),
  });
  await answer.arrayBuffer();
}

/** A raw socket: what a client of its own would cost is not asked. */
async function openStream(
  port: number,
  userId: string,
  key: string,
  onDecision: (n: number) => void,
): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  let rest = '';
  socket.on('error', () => {});
  const began = once(socket, 'data');
  socket.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const n = /"treatment":\{"n":"?(\d+)/.exec(line)?.[1];
      if (n !== undefined) onDecision(Number(n));
    }
  });
  socket.write(`GET /v1/stream?userId=${userId}&key=${key} HTTP/1.1\r\nHost: bench\r\n\r\n`);
  await began;
  return socket;
}

function quantiles(values: readonly number[]): (string | number)[] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => (sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN).toFixed(1);
  return [at(0.5), at(0.99), at(1), sorted.length];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Servers end with this process only where it exits by itself.
  process.once('SIGTERM', () => process.exit(1));
  const [clients = 1_000, seconds = 10, idle = 10_000] = process.argv.slice(2).map(Number);
  console.log(await streams(clients, seconds, idle));
}
