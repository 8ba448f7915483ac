// GET /v1/customers/{id}: what is known of a customer, for the holder of a key of staff, or an admin key.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { ID_CHARS_MAX } from './event-shapes.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { fault } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';

/** The longest customer id that is looked for: an id or an identifier, with its kind in front. */
const CUSTOMER_ID_CHARS_MAX = ID_CHARS_MAX + 65;

/** Answers; the id is percent-decoded, so that ids may contain slashes. */
export function handleCustomer(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
): void {
  const encoded = req.getParameter(0);
  exchange.authorize(req, 'customers', (key) => show(exchange, encoded, hub, key));
}

function show(exchange: BodilessExchange, encoded: string, hub: ExchangeHub, key: ApiKey): void {
  const closed = hub.admission.closed();
  if (closed !== null) {
    exchange.refuse(closed);
    return;
  }
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch {
    exchange.refuse(fault('invalid_request', 'The id is not valid percent-encoding.', 'id'));
    return;
  }
  const { names, customers } = hub.parts;
  const isPossible = text !== '' && text.length <= CUSTOMER_ID_CHARS_MAX;
  const id = isPossible ? names.idOf(text) : null;
  if (id === null) {
    exchange.refuse('unknown_customer');
    return;
  }
  hub.audit.noteCustomer(key, 'customers.read', id);
  customers
    .view(id)
    .then((view) => {
      if (view === null) exchange.refuse('unknown_customer');
      else exchange.json(200, JSON.stringify(view));
    })
    .catch((error: unknown) => exchange.fail(error));
}
