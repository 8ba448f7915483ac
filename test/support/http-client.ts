// A client as a service that sends much has it: many kept connections, answers in full, and what went
// wrong with a connection told apart from what the server said.

import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Whether it went over a connection that had served before. */
  readonly wasReused: boolean;
}

export interface HttpClient {
  /** POSTs JSON. Rejects when the connection fails. */
  post(url: string, body: unknown): Promise<HttpAnswer>;
  close(): void;
}

/** @param connections at most so many to each server */
export function httpClient(key: string, connections: number): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    post: (url, body) =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${key}` };
        const sent = request(url, { method: 'POST', agent, headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode: status = 0, headers } = response;
            resolve({ status, headers, text, wasReused: sent.reusedSocket });
          });
        });
        sent.on('error', reject);
        sent.end(JSON.stringify(body));
      }),
    close: () => agent.destroy(),
  };
}
