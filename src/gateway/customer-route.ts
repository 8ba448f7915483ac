// GET /v1/customers/{id}?offers=true: what is known of a customer, for the holder of a key of staff, or
// an admin key.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { customerInPath, nobodyIn } from './customer-in-path.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { fault } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';

/** Answers; the id is percent-decoded, so that ids may contain slashes. */
export function handleCustomer(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
): void {
  const encoded = req.getParameter(0);
  const asked = {
    offers: req.getQuery('offers') ?? 'false',
    events: req.getQuery('events') ?? 'true',
  };
  exchange.authorize(req, 'customers', (key) => show(exchange, encoded, asked, hub, key));
}

function show(
  exchange: BodilessExchange,
  encoded: string,
  asked: { readonly offers: string; readonly events: string },
  hub: ExchangeHub,
  key: ApiKey,
): void {
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
  for (const [name, value] of Object.entries(asked)) {
    if (value === 'true' || value === 'false') continue;
    exchange.refuse(fault('invalid_request', `'${name}' must be true or false.`, name));
    return;
  }
  // Deciding is what a gateway has only so much room for.
  const { admission } = hub;
  const taken = asked.offers === 'true' ? 1 : 0;
  if (taken > 0 && !admission.takeSubmissions(taken)) {
    exchange.refuse('overloaded');
    return;
  }
  hub.audit.noteCustomer(key, 'customers.read', id);
  customers
    .view(id, { offers: taken > 0, events: asked.events === 'true' })
    .finally(() => admission.releaseSubmissions(taken))
    .then((view) => {
      if (view === null) exchange.refuse(nobodyIn(id, names));
      else exchange.json(200, JSON.stringify(view));
    })
    .catch((error: unknown) => exchange.fail(error));
}
