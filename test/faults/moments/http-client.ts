// One request to a gateway, over connections that are kept, as real clients keep them.

import { Agent, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Nobody waits longer, whatever happened; ms. */
const GIVE_UP_MS = 20_000;

export class HttpClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(private readonly key: string) {}

  /** @throws Error when the connection was cut, or there is none */
  post(port: number, path: string, body: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ host: '127.0.0.1', port, path, method: 'POST', agent: this.agent },
          timeout: GIVE_UP_MS,
          headers: {
            authorization: `Bearer ${this.key}`,
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            // An answer that was cut in the middle ends as well.
            if (!response.complete) {
              reject(new Error('cut off in the middle of an answer'));
              return;
            }
            const { statusCode = 0, headers } = response;
            const text = Buffer.concat(chunks).toString();
            resolve({ status: statusCode, retryAfter: headers['retry-after'], text });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
