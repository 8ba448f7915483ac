// ClickHouse's HTTP interface, as much of it as clients, curl and Grafana need: GET, HEAD and POST on
// `/`, a statement in the URL, the body, both, or a form, `param_*`, settings, formats, compression,
// /ping. Sessions are accepted and keep nothing. What runs the statement is given: read-only for
// analysts, writable for tests and for repairs.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from '../../ops/listen.ts';
import { Exchange, type SqlAnswer, type SqlParts, type SqlRequest } from './sql-exchange.ts';
import { answerUnreadHeads } from './unread-heads.ts';

export type { SqlAnswer, SqlRequest };

export interface SqlEndpointParts extends SqlParts {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** A Unix socket to listen on instead, for this user alone. */
  readonly path?: string;
}

export interface SqlEndpoint {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Largest statement, bytes, after decompression. */
const SQL_BYTES_MAX = 1024 * 1024;
/** Longest URL and headers together, bytes: a URL as long as a statement, and what proxies add. */
const HEAD_BYTES_MAX = SQL_BYTES_MAX + 64 * 1024;
/** Each may have a head and a body in memory before it is known who asks. */
const CONNECTIONS_MAX = 512;
const BODY_DEADLINE_MS = 10_000;

/** Listens. @throws SetupFault when the port is taken; Error when the socket cannot be made */
export async function startSqlEndpoint(
  parts: SqlEndpointParts,
  bodyBytesMax = SQL_BYTES_MAX,
): Promise<SqlEndpoint> {
  const server = createServer({ maxHeaderSize: HEAD_BYTES_MAX }, (request, response) => {
    // Rejects when the caller is gone: there is nobody to tell.
    new Exchange(parts, bodyBytesMax, request, response).run().catch(() => response.destroy());
  });
  answerUnreadHeads(server, HEAD_BYTES_MAX);
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = BODY_DEADLINE_MS;
  server.headersTimeout = BODY_DEADLINE_MS;
  if (parts.path === undefined) await listen(server, parts, 'PROFFER_SQL_PORT');
  else await listenHere(server, parts.path);
  const port = parts.path === undefined ? (server.address() as AddressInfo).port : 0;
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
  return {
    url: `http://${host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

/** On a socket in the file system, for this user alone. */
function listenHere(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made within this call, and is nobody else's from the first.
    const mask = process.umask(0o177);
    server.listen(path, () => {
      server.off('error', reject);
      // A connection that could not be taken (no descriptor was left): its sender comes again.
      server.on('error', () => {});
      resolve();
    });
    process.umask(mask);
  });
}
