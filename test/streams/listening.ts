// Unmodified clients of /v1/stream, and what they were sent.

import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import type { Json } from '../support/composed-gateways.ts';

export interface Heard {
  readonly id: string;
  readonly decision: Json;
}

export interface Listening {
  readonly heard: Heard[];
  readonly gaps: number;
  /** Times that a connection began. */
  readonly opened: number;
  /** Status of the answer that ended it for good; null = none did. */
  readonly refused: number | null;
  close(): void;
}

const query = (asked: Readonly<Record<string, string>>) => new URLSearchParams(asked).toString();

/** With the npm client `eventsource`. */
export function listen(url: string, asked: Readonly<Record<string, string>>): Listening {
  const source = new EventSource(`${url}/v1/stream?${query(asked)}`);
  const listening = {
    heard: [] as Heard[],
    gaps: 0,
    opened: 0,
    refused: null as number | null,
    close: () => source.close(),
  };
  source.addEventListener('open', () => listening.opened++);
  source.addEventListener('gap', () => listening.gaps++);
  source.addEventListener('decision', ({ lastEventId: id, data }) => {
    listening.heard.push({ id, decision: JSON.parse(data) });
  });
  source.addEventListener('error', ({ code }) => {
    if (source.readyState === EventSource.CLOSED) listening.refused = code ?? 0;
  });
  return listening;
}

/** With the npm client `ws`. */
export function listenBySocket(url: string, asked: Readonly<Record<string, string>>): Listening {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?${query(asked)}`);
  const listening = {
    heard: [] as Heard[],
    gaps: 0,
    opened: 0,
    refused: null as number | null,
    close: () => socket.terminate(),
  };
  socket.on('open', () => listening.opened++);
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'gap') listening.gaps++;
    else listening.heard.push({ id: message.id, decision: message.decision });
  });
  socket.on('unexpected-response', (_, response) => {
    listening.refused = response.statusCode ?? 0;
    response.resume();
  });
  socket.on('error', () => {});
  return listening;
}
