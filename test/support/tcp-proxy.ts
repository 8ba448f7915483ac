// A small proxy between two real programs, for faults of the line between them: cuts, refusals,
// stalls, latency, narrow lines, answers that get lost. It never changes a byte that it passes on.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { ProxiedFlow, type Travel } from './proxied-flow.ts';

/** Where to connect to, or to listen: a TCP port of a host, or the path of a Unix socket. */
export type ProxyEnd =
  | { readonly port: number; readonly host?: string }
  | { readonly path: string };

/** `reset`: both sides see an error at once (Unix sockets: a close); `fin`: an orderly end. */
export type CutKind = 'reset' | 'fin';
export type StallKind = 'requests' | 'answers' | 'both';

export interface TcpProxy {
  /** The port it listens on; 0 when it is a socket. */
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Ends every connection; new ones are taken. What was on its way is lost. */
  cut(kind?: CutKind): void;
  /** From now on new connections are reset at once; those that are open stay. */
  refuse(): void;
  /** Ends `refuse`. */
  accept(): void;
  /** Holds bytes from clients, from the target, or both; nothing is lost. */
  stall(kind?: StallKind): void;
  /** Stalls requests from the next bytes of a client on that match, these included. Once. */
  stallAt(matches: (bytes: Buffer) => boolean): Promise<void>;
  /** Lets go of what was stalled. */
  resume(): void;
  /** Delays both directions; jitter is added, uniform in [0, jitterMs). Zeros end it. */
  delay(latencyMs: number, jitterMs?: number): void;
  /** Narrows both directions; 0 ends it. */
  throttle(bytesPerS: number): void;
  /** After exactly so many more bytes of answers, resets the connection they are on; once. */
  cutAfterAnswerBytes(bytes: number): Promise<void>;
  /**
   * Passes on the next bytes of a client that match, swallows everything the target answers from
   * then on, and resets the connection `graceMs` after the first answer: the target has done it, the
   * client does not know. Once.
   */
  swallowAnswer(matches: (bytes: Buffer) => boolean, graceMs?: number): Promise<void>;
  /** Another program stands in: open connections are cut, new ones go there. */
  retarget(target: ProxyEnd): void;
  /** Ends stalls, delays, narrow lines, refusals and what was ordered and has not happened. */
  heal(): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
  readonly flows: readonly ProxiedFlow[];
  isSwallowing: boolean;
}

interface Order {
  readonly matches?: (bytes: Buffer) => boolean;
  readonly graceMs?: number;
  bytesLeft?: number;
  readonly done: () => void;
}

/** @param listenOn default: any free port of 127.0.0.1 */
export async function startTcpProxy(
  target: ProxyEnd,
  listenOn: ProxyEnd = { port: 0 },
  random: () => number = Math.random,
): Promise<TcpProxy> {
  const proxy = new RunningProxy(target, random);
  await proxy.listen(listenOn);
  return proxy;
}

class RunningProxy implements TcpProxy {
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private readonly requests: Travel = { ...FREE };
  private readonly answers: Travel = { ...FREE };
  private isRefusing = false;
  private swallow: Order | null = null;
  private cutAfter: Order | null = null;
  private stallNext: Order | null = null;

  constructor(
    private to: ProxyEnd,
    private readonly random: () => number,
  ) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (s) => this.take(s));
  }

  listen(on: ProxyEnd): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen('port' in on ? { host: '127.0.0.1', ...on } : on, resolve);
    });
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  get connections(): number {
    return this.pairs.size;
  }

  cut(kind: CutKind = 'reset'): void {
    for (const pair of [...this.pairs]) this.end(pair, kind);
  }

  // Listening goes on meanwhile: a port that is given up may be somebody else's when it is wanted.
  refuse(): void {
    this.isRefusing = true;
  }

  accept(): void {
    this.isRefusing = false;
  }

  stall(kind: StallKind = 'both'): void {
    if (kind !== 'answers') this.requests.isStalled = true;
    if (kind !== 'requests') this.answers.isStalled = true;
  }

  stallAt(matches: (bytes: Buffer) => boolean): Promise<void> {
    return new Promise((done) => {
      this.stallNext = { matches, done };
    });
  }

  resume(): void {
    this.travel({ isStalled: false });
  }

  delay(latencyMs: number, jitterMs = 0): void {
    this.travel({ latencyMs, jitterMs });
  }

  throttle(bytesPerS: number): void {
    this.travel({ bytesPerS });
  }

  cutAfterAnswerBytes(bytes: number): Promise<void> {
    return new Promise((done) => {
      this.cutAfter = { bytesLeft: bytes, done };
    });
  }

  swallowAnswer(matches: (bytes: Buffer) => boolean, graceMs = 50): Promise<void> {
    return new Promise((done) => {
      this.swallow = { matches, graceMs, done };
    });
  }

  retarget(target: ProxyEnd): void {
    this.to = target;
    this.cut();
  }

  heal(): void {
    this.swallow = null;
    this.cutAfter = null;
    this.stallNext = null;
    this.accept();
    this.travel(FREE);
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private travel(change: Partial<Travel>): void {
    Object.assign(this.requests, change);
    Object.assign(this.answers, change);
    for (const { flows } of this.pairs) for (const flow of flows) flow.pump();
  }

  private take(client: Socket): void {
    if (this.isRefusing) {
      reset(client);
      return;
    }
    const target = connect({ allowHalfOpen: true, ...this.to });
    target.setNoDelay?.(true);
    // Before the flow's own listener, which would send them.
    client.on('data', (bytes: Buffer) => this.onArrival(bytes));
    const flows = [
      new ProxiedFlow(client, target, this.requests, this.random, (b) => this.onRequest(pair, b)),
      new ProxiedFlow(target, client, this.answers, this.random, (b) => this.onAnswer(pair, b)),
    ];
    const pair: Pair = { client, target, flows, isSwallowing: false };
    this.pairs.add(pair);
    for (const side of [client, target]) {
      // The other side learns of an end as it happened: an error as an error.
      side.on('error', () => this.end(pair, 'reset'));
      side.on('close', () => {
        if (client.destroyed && target.destroyed) this.pairs.delete(pair);
      });
    }
  }

  private onArrival(bytes: Buffer): void {
    const order = this.stallNext;
    if (!order?.matches?.(bytes)) return;
    this.stallNext = null;
    this.stall('requests');
    order.done();
  }

  private onRequest(pair: Pair, bytes: Buffer): Buffer {
    if (this.swallow?.matches?.(bytes)) {
      pair.isSwallowing = true;
      const { done, graceMs } = this.swallow;
      this.swallow = null;
      pair.target.once('data', () =>
        setTimeout(() => {
          this.end(pair, 'reset');
          done();
        }, graceMs),
      );
    }
    return bytes;
  }

  private onAnswer(pair: Pair, bytes: Buffer): Buffer | null {
    if (pair.isSwallowing) return null;
    const order = this.cutAfter;
    if (order?.bytesLeft === undefined) return bytes;
    if (bytes.length < order.bytesLeft) {
      order.bytesLeft -= bytes.length;
      return bytes;
    }
    this.cutAfter = null;
    // A reset throws away what the other side has not read yet: the last bytes go out first.
    pair.client.write(bytes.subarray(0, order.bytesLeft), () => this.end(pair, 'fin'));
    order.done();
    return null;
  }

  private end(pair: Pair, kind: CutKind): void {
    this.pairs.delete(pair);
    for (const flow of pair.flows) flow.drop();
    for (const side of [pair.client, pair.target]) {
      if (kind === 'reset') reset(side);
      else side.destroySoon();
    }
  }
}

const FREE: Travel = { latencyMs: 0, jitterMs: 0, bytesPerS: 0, isStalled: false };

function reset(socket: Socket): void {
  if (socket.destroyed) return;
  // Only TCP knows resets; a Unix socket (no local address) is closed.
  if (socket.localPort === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
