// One keep-alive connection to the service under load: a raw socket, one request under way at a
// time, answers read no further than status, length and error code. Connects again when it was closed.

import { connect, type Socket } from 'node:net';

/** What came of a request; null = nobody knows: the connection closed, or no answer came in time. */
export type HttpAnswer = { readonly status: number; readonly code: string } | null;

const HEAD_END = Buffer.from('\r\n\r\n');
const RECONNECT_MS = 100;

export class HttpConnection {
  private socket: Socket | null = null;
  private rest: Buffer | null = null;
  private answered: ((answer: HttpAnswer) => void) | null = null;
  private isClosed = false;

  /** @param onIdle told whenever it is open and has nothing to do */
  constructor(
    private readonly port: number,
    private readonly onIdle: (connection: HttpConnection) => void,
  ) {
    this.open();
  }

  get isIdle(): boolean {
    return this.socket !== null && this.answered === null;
  }

  /** Only while idle. */
  send(request: Buffer, answered: (answer: HttpAnswer) => void): void {
    this.answered = answered;
    this.socket!.write(request);
  }

  /** Ends the connection, and with it the request under way: its answer is null. */
  drop(): void {
    this.socket?.destroy();
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  private open(): void {
    if (this.isClosed) return;
    const socket = connect(this.port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.socket = socket;
      this.onIdle(this);
    });
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.socket = null;
      this.rest = null;
      this.settle(null);
      setTimeout(() => this.open(), RECONNECT_MS);
    });
  }

  private receive(chunk: Buffer): void {
    const data = this.rest === null ? chunk : Buffer.concat([this.rest, chunk]);
    const head = data.indexOf(HEAD_END);
    const text = data.toString('latin1', 0, Math.max(head, 0));
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    const end = head + HEAD_END.length + length;
    if (head < 0 || end > data.length) {
      this.rest = data;
      return;
    }
    this.rest = null;
    const status = Number(text.slice(9, 12));
    const code = status < 300 ? '' : errorCode(data.toString('utf8', head, end));
    const isLast = /^connection: close/im.test(text);
    this.settle({ status, code });
    if (isLast) this.drop();
    else if (this.answered === null) this.onIdle(this);
  }

  private settle(answer: HttpAnswer): void {
    const answered = this.answered;
    this.answered = null;
    answered?.(answer);
  }
}

function errorCode(body: string): string {
  return /"code":"(\w+)"/.exec(body)?.[1] ?? '';
}
