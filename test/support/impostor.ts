// What may stand where ClickHouse was: a server that answers every request in the same way.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Impostor {
  readonly url: string;
  readonly port: number;
  /** Requests that it got. */
  readonly asked: () => number;
  /** Connections that are open. */
  readonly connected: () => Promise<number>;
  stop(): Promise<void>;
}

export type Answer = (
  response: ServerResponse,
  queryId: string,
  request: IncomingMessage,
) => void | Promise<void>;

/** @param port default: any free one */
export async function startImpostor(answer: Answer, port = 0): Promise<Impostor> {
  let asked = 0;
  const server = createServer(async (request, response) => {
    asked++;
    request.resume();
    const { searchParams } = new URL(request.url ?? '/', 'http://impostor');
    await answer(response, searchParams.get('query_id') ?? '', request);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    asked: () => asked,
    connected: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A load balancer's page for everything. */
export const maintenancePage: Answer = (response) => {
  response.writeHead(200, { 'Content-Type': 'text/html' });
  response.end('<html><body>We will be back soon</body></html>');
};

/** Nothing at all, successfully. */
export const emptyAnswer: Answer = (response) => {
  response.writeHead(200).end();
};
