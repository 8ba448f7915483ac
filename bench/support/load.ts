// The load: raw sockets with ready-made requests, since a client library costs more than the server
// under test. Runs in a process of its own (see load-process.ts), on loopback, bounded in time.

import { connect, type Socket } from 'node:net';
import * as hdr from 'hdr-histogram-js';

export interface Load {
  readonly port: number;
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly durationMs: number;
  /** Saturation: requests kept in flight per connection. Ignored with `ratePerS`. */
  readonly pipelining: number;
  /** Open loop: requests are sent at this rate whatever the answers do; null = saturation. */
  readonly ratePerS: number | null;
}

export interface LoadResult {
  readonly answered: number;
  readonly notOk: number;
  readonly tookMs: number;
  /** Microseconds; in the open loop counted from when the request was due. */
  readonly latencyUs: { readonly [percentile: string]: number };
}

/** Sends the load and waits for every answer. Each request goes out once, in order, then again. */
export async function run(load: Load): Promise<LoadResult> {
  const histogram = hdr.build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
  const pace = { next: 0, answered: 0, notOk: 0 };
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => Connection.open(load, pace, histogram)),
  );
  const startedAt = performance.now();
  const endsAt = startedAt + load.durationMs;
  if (load.ratePerS === null) {
    for (const connection of connections) connection.saturate(endsAt);
  } else {
    await sendAtRate(load, connections, startedAt, endsAt);
  }
  await Promise.all(connections.map((connection) => connection.drained(endsAt + 5_000)));
  const tookMs = performance.now() - startedAt;
  for (const connection of connections) connection.close();
  const latencyUs: Record<string, number> = {};
  for (const p of [50, 95, 99, 99.9, 100]) latencyUs[p] = histogram.getValueAtPercentile(p);
  return { answered: pace.answered, notOk: pace.notOk, tookMs, latencyUs };
}

async function sendAtRate(
  load: Load,
  connections: readonly Connection[],
  startedAt: number,
  endsAt: number,
): Promise<void> {
  const perMs = load.ratePerS! / 1000;
  let sent = 0;
  while (performance.now() < endsAt) {
    const due = Math.floor((performance.now() - startedAt) * perMs);
    for (; sent < due; sent++) {
      connections[sent % connections.length]!.send(startedAt + sent / perMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const HEAD_END = Buffer.from('\r\n\r\n');

class Connection {
  private readonly due: number[] = [];
  private rest: Buffer = Buffer.alloc(0);
  private refillUntil = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly load: Load,
    private readonly pace: { next: number; answered: number; notOk: number },
    private readonly histogram: hdr.Histogram,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => {});
  }

  static async open(
    load: Load,
    pace: { next: number; answered: number; notOk: number },
    histogram: hdr.Histogram,
  ): Promise<Connection> {
    const socket = connect(load.port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Connection(socket, load, pace, histogram);
  }

  saturate(endsAt: number): void {
    this.refillUntil = endsAt;
    this.socket.cork();
    for (let i = 0; i < this.load.pipelining; i++) this.send(performance.now());
    this.socket.uncork();
  }

  send(dueAt: number): void {
    const { requests } = this.load;
    this.due.push(dueAt);
    this.socket.write(requests[this.pace.next++ % requests.length]!);
  }

  private receive(chunk: Buffer): void {
    const data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    let refill = 0;
    const now = performance.now();
    for (;;) {
      const head = data.indexOf(HEAD_END, at);
      if (head < 0) break;
      const text = data.toString('latin1', at, head);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      const end = head + 4 + length;
      if (end > data.length) break;
      if (text.charCodeAt(9) === 50 /* 2xx */) this.pace.answered++;
      else this.pace.notOk++;
      this.histogram.recordValue(Math.max(1, Math.round((now - this.due.shift()!) * 1000)));
      at = end;
      if (now < this.refillUntil) refill++;
    }
    this.rest = data.subarray(at);
    if (refill > 0) {
      this.socket.cork();
      for (let i = 0; i < refill; i++) this.send(now);
      this.socket.uncork();
    }
  }

  async drained(deadline: number): Promise<void> {
    while (this.due.length > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.pace.notOk += this.due.length;
  }

  close(): void {
    this.socket.destroy();
  }
}
