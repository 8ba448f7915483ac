// The load: raw sockets with ready-made requests, since a client library costs more than the server
// under test. Runs in a process of its own (see load-process.ts), on loopback, bounded in time. One
// request is under way per connection: uWebSockets.js takes no pipelining with answers that come
// later, and browsers do none.

import { connect, type Socket } from 'node:net';
import * as hdr from 'hdr-histogram-js';
import { Queue } from './queue.ts';

export interface Load {
  /** Connections are spread over them. */
  readonly ports: readonly number[];
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly durationMs: number;
  /** Open loop: requests are sent at this rate whatever the answers do; null = saturation. */
  readonly ratePerS: number | null;
}

export interface LoadResult {
  readonly answered: number;
  readonly notOk: number;
  readonly tookMs: number;
  /** Microseconds; in the open loop counted from when the request was due. */
  readonly latencyUs: { readonly [percentile: string]: number };
  /** The same of those that were answered 2xx. */
  readonly okLatencyUs: { readonly [percentile: string]: number };
}

/** Sends the load and waits for every answer. Each request goes out once, in order, then again. */
export async function run(load: Load): Promise<LoadResult> {
  const sender = new Sender(load);
  const connections = await Promise.all(
    Array.from({ length: load.connections }, (_, i) =>
      Connection.open(load.ports[i % load.ports.length]!, sender),
    ),
  );
  const startedAt = performance.now();
  const endsAt = startedAt + load.durationMs;
  if (load.ratePerS === null) sender.saturate(connections, endsAt);
  else await sender.sendAtRate(connections, load.ratePerS, startedAt, endsAt);
  while (sender.inFlight > 0 && performance.now() < endsAt + 5_000) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const tookMs = performance.now() - startedAt;
  for (const connection of connections) connection.close();
  return sender.result(tookMs);
}

const PRECISION = { lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 } as const;

/** Decides what goes out next and counts what comes back. */
class Sender {
  inFlight = 0;
  private next = 0;
  private answered = 0;
  private notOk = 0;
  private refillUntil = 0;
  /** By turns: the server closes what was idle for 10 s, and a burst would be sent into nothing. */
  private readonly idle = new Queue<Connection>();
  /** Open loop: due times that found no idle connection, oldest first. */
  private readonly late: number[] = [];
  private readonly histogram = hdr.build(PRECISION);
  private readonly okHistogram = hdr.build(PRECISION);

  constructor(private readonly load: Load) {}

  saturate(connections: readonly Connection[], endsAt: number): void {
    this.refillUntil = endsAt;
    for (const connection of connections) this.send(connection, performance.now());
  }

  async sendAtRate(
    connections: readonly Connection[],
    ratePerS: number,
    startedAt: number,
    endsAt: number,
  ): Promise<void> {
    for (const connection of connections) this.idle.push(connection);
    const perMs = ratePerS / 1000;
    let sent = 0;
    while (performance.now() < endsAt) {
      const due = Math.floor((performance.now() - startedAt) * perMs);
      for (; sent < due; sent++) {
        const dueAt = startedAt + (sent + 1) / perMs;
        const connection = this.idle.shift();
        if (connection === undefined) this.late.push(dueAt);
        else this.send(connection, dueAt);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  onAnswer(connection: Connection, ok: boolean, dueAt: number): void {
    const now = performance.now();
    this.inFlight--;
    if (ok) this.answered++;
    else this.notOk++;
    const latencyUs = Math.max(1, Math.round((now - dueAt) * 1000));
    this.histogram.recordValue(latencyUs);
    if (ok) this.okHistogram.recordValue(latencyUs);
    const late = this.late.shift();
    if (late !== undefined) this.send(connection, late);
    else if (now < this.refillUntil) this.send(connection, now);
    else this.idle.push(connection);
  }

  result(tookMs: number): LoadResult {
    const latencyUs: Record<string, number> = {};
    const okLatencyUs: Record<string, number> = {};
    for (const p of [50, 95, 99, 99.9, 100]) {
      latencyUs[p] = this.histogram.getValueAtPercentile(p);
      okLatencyUs[p] = this.okHistogram.getValueAtPercentile(p);
    }
    const notOk = this.notOk + this.inFlight + this.late.length;
    return { answered: this.answered, notOk, tookMs, latencyUs, okLatencyUs };
  }

  private send(connection: Connection, dueAt: number): void {
    const { requests } = this.load;
    this.inFlight++;
    connection.send(requests[this.next++ % requests.length]!, dueAt);
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');

class Connection {
  private dueAt = 0;
  private rest: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly socket: Socket,
    private readonly sender: Sender,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => {});
  }

  static async open(port: number, sender: Sender): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Connection(socket, sender);
  }

  send(request: Buffer, dueAt: number): void {
    this.dueAt = dueAt;
    this.socket.write(request);
  }

  private receive(chunk: Buffer): void {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const head = data.indexOf(HEAD_END);
    const text = data.toString('latin1', 0, Math.max(head, 0));
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (head < 0 || head + 4 + length > data.length) {
      this.rest = data;
      return;
    }
    this.rest = data.subarray(head + 4 + length);
    this.sender.onAnswer(this, text.charCodeAt(9) === 50 /* 2xx */, this.dueAt);
  }

  close(): void {
    this.socket.destroy();
  }
}
