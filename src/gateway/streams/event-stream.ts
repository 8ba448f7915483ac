// One stream of Server-Sent Events (WHATWG HTML, 9.2).

import type { HttpResponse } from 'uWebSockets.js';
import { writeStreamHead } from '../replies.ts';
import { Backlog } from './backlog.ts';
import type { OpenStream, StreamClient } from './streams.ts';

/** Written by itself, so that a client knows that it is connected. */
const START = 'retry: 2000\n\n';
const BEAT = ':\n\n';
const GAP = 'event: gap\ndata: {}\n\n';

export class EventStream implements StreamClient {
  /** Set once it is among those who listen. */
  stream: OpenStream | null = null;
  private readonly backlog = new Backlog();
  private isOpen = true;

  /** @param isPermitted whether it may go on */
  constructor(
    private readonly res: HttpResponse,
    private readonly monotonicMs: () => number,
    private readonly isPermitted: () => boolean,
  ) {}

  /** Writes the head. @param origin of the page; '' = none is named */
  begin(origin: string): void {
    const { res } = this;
    res.onWritable(() => this.writable());
    res.cork(() => {
      writeStreamHead(res, origin);
      res.write(START);
    });
  }

  send(deliveryId: string, decision: string): boolean {
    // Texts of a decision's JSON have no line breaks, nor have ids.
    return this.write(`event: decision\nid: ${deliveryId}\ndata: ${decision}\n\n`);
  }

  /** No event: an id alone is remembered by whoever connects again. */
  mark(id: string): void {
    this.write(`id: ${id}\n\n`);
  }

  gap(): void {
    this.write(GAP);
  }

  beat(): boolean {
    if (!this.isOpen || this.backlog.isStuck(this.monotonicMs()) || !this.isPermitted()) {
      return false;
    }
    if (!this.backlog.isWaiting) this.write(BEAT);
    return true;
  }

  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    const { res } = this;
    if (this.backlog.isWaiting) res.close();
    else res.cork(() => res.end());
  }

  /** The connection is gone. */
  aborted(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.stream?.closed();
  }

  private write(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (!this.isOpen || !this.backlog.takes(bytes)) return false;
    let isTaken = true;
    this.res.cork(() => {
      isTaken = this.res.write(text);
    });
    if (!isTaken) this.backlog.waits(bytes, this.monotonicMs());
    return true;
  }

  /** What waits is written with whatever is written next: nothing else tells whether it was taken. */
  private writable(): boolean {
    if (!this.isOpen || !this.backlog.isWaiting) return true;
    if (!this.res.write(BEAT)) this.backlog.moves(this.monotonicMs());
    else if (this.backlog.drained()) setImmediate(() => this.stream?.drained());
    return true;
  }
}
