// One stream over a WebSocket: a JSON message a decision. What the client says is not listened to.

import type { WebSocket } from 'uWebSockets.js';
import { Backlog } from './backlog.ts';
import type { OpenStream, StreamClient } from './streams.ts';

const GAP = '{"type":"gap"}';
/** RFC 6455, 7.4.1 and the registry there: the service restarts. */
const SERVICE_RESTART = 1012;
/** `WebSocket.send`: it waits. */
const WAITS = 0;
const DROPPED = 2;

export class SocketStream<T> implements StreamClient {
  stream: OpenStream | null = null;
  private readonly backlog = new Backlog();
  private isOpen = true;

  constructor(
    private readonly socket: WebSocket<T>,
    private readonly monotonicMs: () => number,
    private readonly isPermitted: () => boolean,
  ) {}

  send(deliveryId: string, decision: string): boolean {
    const id = JSON.stringify(deliveryId);
    return this.write(`{"type":"decision","id":${id},"decision":${decision}}`);
  }

  /** Who has a WebSocket says by itself what it had last. */
  mark(): void {}

  gap(): void {
    this.write(GAP);
  }

  beat(): boolean {
    if (!this.isOpen || this.backlog.isStuck(this.monotonicMs()) || !this.isPermitted()) {
      return false;
    }
    if (!this.backlog.isWaiting) this.socket.ping();
    return true;
  }

  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.backlog.isWaiting) this.socket.close();
    else this.socket.end(SERVICE_RESTART, 'connect again');
  }

  /** The connection is gone. */
  closed(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.stream?.closed();
  }

  /** There is room again. */
  drained(): void {
    if (!this.isOpen) return;
    if (this.socket.getBufferedAmount() > 0) this.backlog.moves(this.monotonicMs());
    else if (this.backlog.drained()) setImmediate(() => this.stream?.drained());
  }

  private write(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (!this.isOpen || !this.backlog.takes(bytes)) return false;
    const answer = this.socket.send(text);
    if (answer === WAITS) this.backlog.waits(bytes, this.monotonicMs());
    else if (answer === DROPPED) this.backlog.missed = true;
    return answer !== DROPPED;
  }
}
