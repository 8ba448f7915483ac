// GET /v1/customers/{id}: what is known of a customer, for the holder of a key of staff, or an admin key.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { customerInPath } from './customer-in-path.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import type { ApiKey } from './keys/api-key.ts';

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
  const { names, customers } = hub.parts;
  const named = customerInPath(encoded, names);
  if ('why' in named) {
    exchange.refuse(named.why);
    return;
  }
  const { id } = named;
  hub.audit.noteCustomer(key, 'customers.read', id);
  customers
    .view(id)
    .then((view) => {
      if (view === null) exchange.refuse('unknown_customer');
      else exchange.json(200, JSON.stringify(view));
    })
    .catch((error: unknown) => exchange.fail(error));
}
