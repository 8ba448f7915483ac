// What a caller gets whose request cannot be read: ClickHouse's words where Node would send a bare
// status, or where the connection would be reset before the status is read, because the caller still
// sends. So the rest is taken and thrown away, as far as that has an end.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { SqlError } from './sql-error.ts';

/** What is taken of a head that is too long, bytes. */
const READ_BYTES_MAX = 64 * 1024 * 1024;
const READ_MS_MAX = 5_000;

/** @param headBytesMax what the server takes of the URL and the headers together */
export function answerUnreadHeads(server: Server, headBytesMax: number): void {
  const busy = new WeakSet<Socket>();
  const told = new WeakSet<Socket>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  // Comes again with every part that arrives afterwards.
  server.on('clientError', (error: Error & { code?: string }, stream) => {
    const socket = stream as Socket;
    if (told.has(socket)) {
      if (socket.bytesRead > READ_BYTES_MAX) socket.destroy();
      return;
    }
    // Nothing may be written into another answer.
    if (!socket.writable || busy.has(socket)) {
      socket.destroy();
      return;
    }
    told.add(socket);
    socket.end(refusalOf(error.code, headBytesMax));
    const timer = setTimeout(() => socket.destroy(), READ_MS_MAX).unref();
    socket.once('close', () => clearTimeout(timer));
  });
}

function refusalOf(code: string | undefined, headBytesMax: number): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const text = `The URL and the headers are longer than ${headBytesMax} bytes: use a form`;
      return worded('431 Request Header Fields Too Large', new SqlError(307, text, 431));
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return worded('408 Request Timeout', new SqlError(209, 'The request took too long', 408));
    default:
      return worded('400 Bad Request', new SqlError(1000, 'The request is not HTTP', 400));
  }
}

function worded(status: string, { code, message }: SqlError): string {
  const head = [
    `HTTP/1.1 ${status}`,
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Length: ${Buffer.byteLength(message) + 1}`,
    `X-ClickHouse-Exception-Code: ${code}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${message}\n`;
}
