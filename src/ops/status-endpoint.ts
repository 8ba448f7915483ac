// What a process without an HTTP API of its own says of itself: metrics, health and readiness, for
// Prometheus and for whatever restarts processes. Under a supervisor nobody listens here: metrics go
// through it (metrics-exchange.ts), and it knows who is alive.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from './listen.ts';

export interface StatusParts {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Why this process cannot do its work now, in a few words; null when it can. Cheap. */
  notReady(): string | null;
  /** Prometheus text. */
  metricsText(): Promise<string>;
}

export interface StatusEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/** Requests are a line long; whoever takes longer to send one is cut off. */
const REQUEST_DEADLINE_MS = 5_000;
const JSON_TYPE = 'application/json; charset=utf-8';
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Listens. @throws SetupFault when the address cannot be listened on */
export async function startStatusEndpoint(parts: StatusParts): Promise<StatusEndpoint> {
  const server = createServer((request, response) => {
    answer(parts, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 500, JSON_TYPE, errorBody('internal', 'Something went wrong here.'));
    });
  });
  server.requestTimeout = REQUEST_DEADLINE_MS;
  server.headersTimeout = REQUEST_DEADLINE_MS;
  await listen(server, parts, 'PROFFER_WORKER_PORT');
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  parts: StatusParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    send(response, 405, JSON_TYPE, errorBody('method_not_allowed', 'Use GET.'));
    return;
  }
  const [path] = (request.url ?? '').split('?', 1);
  if (path === '/metrics') send(response, 200, METRICS_TYPE, await parts.metricsText());
  // Health is only that this line is reached: what is wrong elsewhere is no reason to be restarted.
  else if (path === '/healthz') send(response, 200, JSON_TYPE, '{"status":"ok"}');
  else if (path === '/readyz') sendReadiness(response, parts.notReady());
  else send(response, 404, JSON_TYPE, errorBody('not_found', 'There is nothing here.'));
}

function sendReadiness(response: ServerResponse, why: string | null): void {
  if (why === null) {
    send(response, 200, JSON_TYPE, '{"status":"ready"}');
    return;
  }
  response.setHeader('Retry-After', '1');
  send(response, 503, JSON_TYPE, errorBody('not_ready', `The worker is not ready: ${why}.`));
}

function errorBody(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  // Node leaves the body out of an answer to HEAD.
  response.end(body);
}
