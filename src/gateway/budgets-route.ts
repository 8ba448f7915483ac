// GET /v1/budgets: how much of each offer's budget is used, for the holder of an admin or catalog key.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import type { ExchangeHub } from './exchange-hub.ts';

export function handleBudgets(exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub) {
  exchange.authorize(req, 'catalog', () => {
    const closed = hub.admission.closed();
    if (closed !== null) {
      exchange.refuse(closed);
      return;
    }
    hub.parts.budgets
      .report()
      .then((report) => exchange.json(200, JSON.stringify(report)))
      .catch((error: unknown) => exchange.fail(error));
  });
}
