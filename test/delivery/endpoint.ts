// A webhook's endpoint: a real HTTP server on loopback that does what a test says, and keeps what it got.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Channels } from './delivery-shop.ts';

export interface Got {
  /** As it was asked for, with its query. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answering = (res: ServerResponse, got: Got, n: number) => void;

export class Endpoint {
  readonly got: Got[] = [];
  answering: Answering = (res) => res.end();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => {
        const got = { target: req.url ?? '', headers: req.headers, body };
        this.got.push(got);
        this.answering(res, got, this.got.length);
      });
    });
  }

  static async open(): Promise<Endpoint> {
    const endpoint = new Endpoint();
    await new Promise<void>((resolve) => {
      endpoint.server.listen(0, '127.0.0.1', resolve);
    });
    return endpoint;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?token=s3cret`;
  }

  ids(): readonly string[] {
    return this.got.map(({ headers }) => headers['webhook-id'] as string);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** `channels:` with this endpoint alone. @param more of the channel */
export function webhook(url: string, more: object = {}, name = 'push'): Channels {
  return { [name]: { webhook: { url, ...more } } };
}
