// The gateway: bytes in, bytes out. HTTP on uWebSockets.js; TLS ends at a proxy before it.
//
//   gateway ─► routes ─► exchange (head, body, key) ─► event-reader ─► pipeline ─► reply
//                 └────► bodiless exchange (everything else)

import uWS from 'uWebSockets.js';
import { SetupFault } from '../errors.ts';
import type { PlainCounter } from '../ops/metrics.ts';
import { Admission } from './admission.ts';
import { AuditLog } from './audit-log.ts';
import { Secrets } from './credentials.ts';
import { Drain } from './drain.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import type { Gateway, GatewayParts } from './gateway-parts.ts';
import { KeyRates } from './key-rates.ts';
import { CustomerTokens } from './keys/customer-tokens.ts';
import { RejectionLog } from './rejection-log.ts';
import { STATUS_LINES } from './replies.ts';
import { addRoutes } from './routes.ts';

export type { Gateway, GatewayParts } from './gateway-parts.ts';

/** The type definitions of uWebSockets.js leave this out. */
type ClosableApp = uWS.TemplatedApp & { close(): void };

/**
 * Listens. Several processes may listen on one port: the kernel spreads connections over them.
 * @throws SetupFault when the address cannot be listened on
 */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const hub = createHub(parts);
  // The key is how uWebSockets.js is told to leave out its own response header.
  uWS._cfg('999999990007');
  const app = uWS.App() as ClosableApp;
  addRoutes(app, hub);
  const listening = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    app.listen(parts.host, parts.port, resolve);
  });
  if (listening === false) {
    hub.admission.stop();
    throw new SetupFault(`cannot listen on ${parts.host}:${parts.port}`);
  }
  const port = uWS.us_socket_local_port(listening as unknown as uWS.us_socket);
  let stopping: Promise<void> | null = null;
  const stop = async (deadlineMs: number, delayMs: number) => {
    let streamsOver = Promise.resolve();
    await hub.drain.run(deadlineMs, delayMs, () => {
      uWS.us_listen_socket_close(listening);
      // Whose stream is closed connects again at once, which must not be here.
      streamsOver = parts.streams.stop();
    });
    await streamsOver;
    await Promise.all([hub.rejections.flush(), hub.audit.flush()]);
    hub.admission.stop();
    app.close();
  };
  return {
    port,
    stop(deadlineMs, delayMs = 0) {
      stopping ??= stop(deadlineMs, delayMs);
      return stopping;
    },
  };
}

function createHub(parts: GatewayParts): ExchangeHub {
  const { metrics } = parts;
  const byStatus = metrics.counterBy(
    'proffer_gateway_responses_total',
    'Answers by HTTP status.',
    'status',
  );
  const responses: PlainCounter[] = [];
  for (const status of Object.keys(STATUS_LINES)) responses[Number(status)] = byStatus.of(status);
  const admission = new Admission(parts);
  return {
    parts,
    admission,
    drain: new Drain(admission, () => parts.clock.monotonicMs()),
    rejections: new RejectionLog(parts),
    audit: new AuditLog(parts),
    tokens: new CustomerTokens(() => parts.keys.secrets()),
    secrets: new Secrets(),
    rates: keyRatesOf(parts),
    requests: metrics.counterBy('proffer_gateway_requests_total', 'Requests by route.', 'route'),
    kinds: metrics.counterBy(
      'proffer_gateway_key_requests_total',
      'Requests that were let in, by kind of their key.',
      'kind',
    ),
    responses,
    latency: metrics.latency(
      'proffer_gateway_request_seconds',
      'From the head of a POST request to its answer.',
    ),
  };
}

function keyRatesOf({ keyRate, clock, metrics, onFault }: GatewayParts): KeyRates | null {
  if (keyRate === null) return null;
  const unchecked = metrics.counter(
    'proffer_rate_unchecked_total',
    'Requests let in beside the rate of their key, because Redis did not answer.',
  );
  return new KeyRates({ ...keyRate, clock, unchecked, onFault });
}
