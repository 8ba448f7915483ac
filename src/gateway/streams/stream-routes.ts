// GET /v1/stream: what is decided for a customer, as it is decided. Server-Sent Events, or a WebSocket
// where one is asked for. What is wrong is answered as JSON, before a stream begins.

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { BodilessExchange } from '../bodiless-exchange.ts';
import type { ExchangeHub } from '../exchange-hub.ts';
import { fault } from '../gateway-parts.ts';
import { BACKLOG_BYTES_MAX } from './backlog.ts';
import { EventStream } from './event-stream.ts';
import { isPermitted } from './permission.ts';
import { SocketStream } from './socket-stream.ts';
import { listeningOf, readQuestion } from './stream-question.ts';
import type { Listening, Whereabouts } from './streams.ts';

export const STREAM_PATH = '/v1/stream';

/** A request that may have its stream. */
interface Admitted {
  readonly listening: Listening;
  readonly where: Whereabouts;
  readonly origin: string;
  /** Whether it may go on. */
  readonly isPermitted: () => boolean;
}

/** Server-Sent Events. */
export function handleStream(exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub): void {
  if (req.getHeader('upgrade').toLowerCase() === 'websocket') {
    // A handshake that is one was taken by the other route.
    exchange.refuse(fault('invalid_request', 'The WebSocket handshake is not one of RFC 6455.'));
    return;
  }
  admit(exchange, req, hub, (admitted) => {
    if (exchange.isHead) {
      exchange.headOfStream();
      return;
    }
    const { clock, streams } = hub.parts;
    const res = exchange.handOver(200, () => client.aborted());
    const client = new EventStream(res, () => clock.monotonicMs(), admitted.isPermitted);
    client.begin(admitted.origin);
    client.stream = streams.open(admitted.listening, admitted.where, client);
    if (client.stream === null) client.end();
  });
}

/** What a WebSocket carries from its handshake on. */
interface SocketData {
  readonly admitted: Admitted;
  client: SocketStream<SocketData> | null;
}

/** Longest message of a client, bytes: none is listened to. */
const MESSAGE_BYTES_MAX = 1_024;
/** A connection that nothing comes from for so long, not even a pong, is dead; s. */
const IDLE_S = 60;

/**
 * WebSockets; other requests go on to the next handler of the path.
 * @param enter makes the exchange of a handshake
 */
export function addStreamSockets(
  app: TemplatedApp,
  path: string,
  hub: ExchangeHub,
  enter: (res: HttpResponse) => BodilessExchange,
): void {
  const { clock, streams } = hub.parts;
  app.ws<SocketData>(path, {
    maxPayloadLength: MESSAGE_BYTES_MAX,
    maxBackpressure: 2 * BACKLOG_BYTES_MAX,
    idleTimeout: IDLE_S,
    sendPingsAutomatically: false,
    upgrade(res, req, context) {
      const key = req.getHeader('sec-websocket-key');
      const protocol = req.getHeader('sec-websocket-protocol');
      const extensions = req.getHeader('sec-websocket-extensions');
      const exchange = enter(res);
      try {
        admit(exchange, req, hub, (admitted) => {
          exchange.handOver(101, () => {});
          const data: SocketData = { admitted, client: null };
          res.cork(() => res.upgrade(data, key, protocol, extensions, context));
        });
      } catch (error) {
        exchange.fail(error);
      }
    },
    open(socket) {
      const data = socket.getUserData();
      const { listening, where, isPermitted: permitted } = data.admitted;
      data.client = new SocketStream(socket, () => clock.monotonicMs(), permitted);
      data.client.stream = streams.open(listening, where, data.client);
      if (data.client.stream === null) data.client.end();
    },
    drain: (socket) => socket.getUserData().client?.drained(),
    close: (socket) => socket.getUserData().client?.closed(),
  });
}

/** Goes on when the stream may begin; else it is answered. */
function admit(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
  goOn: (admitted: Admitted) => void,
): void {
  const question = readQuestion(req);
  exchange.origin = question.origin;
  const { clock, streams } = hub.parts;
  exchange.authorize(
    req,
    'stream',
    (key, secret) => {
      const closed = hub.admission.closed();
      if (closed !== null) return exchange.refuse(closed);
      const listening = listeningOf(question, key, hub);
      if ('kind' in listening) return exchange.refuse(listening);
      const permission = { secret, token: question.token };
      const goOnAt = (where: Whereabouts) => {
        if (exchange.ended) return;
        // One that stops begins streams that end at once: an EventSource that is told 503 gives up for
        // good, one whose stream ends connects again, elsewhere.
        if (streams.isFull && !hub.drain.isClosing) {
          exchange.refuse('overloaded', { 'Retry-After': '5' });
          return;
        }
        const { origin } = question;
        const permitted = () => isPermitted(permission, hub, clock.nowMs());
        goOn({ listening, where, origin, isPermitted: permitted });
      };
      if (streams.isFull) goOnAt({ customerId: listening.name, lead: '' });
      else {
        streams
          .find(listening)
          .then(goOnAt)
          .catch((error: unknown) => exchange.fail(error));
      }
    },
    question.key,
  );
}
