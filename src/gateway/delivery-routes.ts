// GET /v1/deliveries and POST /v1/deliveries/{id}/retry: what was not sent, and having it tried again.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { type Fault, fault } from './gateway-parts.ts';

export const UNSENT_STATUSES = ['failed', 'pending'] as const;
export type UnsentStatus = (typeof UNSENT_STATUSES)[number];

export const DELIVERIES_DEFAULT = 100;
export const DELIVERIES_MAX = 1_000;

/** GET /v1/deliveries */
export function handleDeliveries(exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub) {
  const asked = read(req.getQuery('status'), req.getQuery('limit'));
  exchange.authorize(req, 'admin', (key) => {
    const closed = hub.admission.closed();
    if (closed !== null) return exchange.refuse(closed);
    if ('kind' in asked) return exchange.refuse(asked);
    const { status, limit } = asked;
    hub.parts.deliveries
      .list(status, limit)
      .then((deliveries) => {
        hub.audit.note(key, 'deliveries.read', status, `${deliveries.length} deliveries`);
        exchange.json(200, JSON.stringify({ deliveries }));
      })
      .catch((error: unknown) => exchange.fail(error));
  });
}

function read(
  status: string | undefined,
  limit: string | undefined,
): { readonly status: UnsentStatus; readonly limit: number } | Fault {
  const known = UNSENT_STATUSES.find((one) => one === status);
  if (known === undefined) {
    const message = `'status' must be one of ${UNSENT_STATUSES.join(', ')}; \`deliveries\` has the others.`;
    return fault('invalid_request', message, 'status');
  }
  const number = limit === undefined ? DELIVERIES_DEFAULT : Number(limit);
  if (!/^\d{1,4}$/.test(limit ?? '1') || number < 1 || number > DELIVERIES_MAX) {
    const message = `'limit' must be a number from 1 to ${DELIVERIES_MAX}.`;
    return fault('invalid_request', message, 'limit');
  }
  return { status: known, limit: number };
}

/** POST /v1/deliveries/{id}/retry */
export function retryRoute(): BodyRoute {
  return {
    name: 'delivery_retry',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'admin',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    readsParameter: true,
    bodyMayLack: true,
    eventsOf: ONE_EVENT,
    handle: handleRetry,
  };
}

/** As the ids of deliveries are; longer than any is. */
const DELIVERY_ID = /^[\w-]{1,128}$/;

async function handleRetry(exchange: BodyExchange): Promise<void> {
  const { parameter: deliveryId, hub } = exchange;
  const isDue = DELIVERY_ID.test(deliveryId) && (await hub.parts.deliveries.retry(deliveryId));
  const target = deliveryId.slice(0, 128);
  hub.audit.note(exchange.key!, 'deliveries.retry', target, isDue ? 'due' : 'unknown');
  if (!isDue) return exchange.refuse('unknown_delivery');
  exchange.succeed(JSON.stringify({ deliveryId, status: 'due' }));
}
