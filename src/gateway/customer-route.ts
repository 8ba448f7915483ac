// GET /v1/customers/{id}: what is known of a customer, for the holder of an admin key.

import type { HttpRequest } from 'uWebSockets.js';
import { ID_CHARS_MAX } from './event-shapes.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { fault } from './gateway-parts.ts';
import type { Page } from './page.ts';

/** The longest customer id: an `anonymousId` with its prefix. */
const CUSTOMER_ID_CHARS_MAX = ID_CHARS_MAX + 'anonymous:'.length;

/** Answers; the id is percent-decoded, so that ids may contain slashes. */
export function handleCustomer(page: Page, req: HttpRequest, hub: ExchangeHub): void {
  const encoded = req.getParameter(0);
  page.authorize(req, 'admin', () => show(page, encoded, hub));
}

function show(page: Page, encoded: string, hub: ExchangeHub): void {
  const closed = hub.admission.closed();
  if (closed !== null) {
    page.refuse(closed);
    return;
  }
  let id: string;
  try {
    id = decodeURIComponent(encoded);
  } catch {
    page.refuse(fault('invalid_request', 'The id is not valid percent-encoding.', 'id'));
    return;
  }
  if (id === '' || id.length > CUSTOMER_ID_CHARS_MAX) {
    page.refuse('unknown_customer');
    return;
  }
  hub.parts.customers
    .view(id)
    .then((view) => {
      if (view === null) page.refuse('unknown_customer');
      else page.json(200, JSON.stringify(view));
    })
    .catch((error: unknown) => page.fail(error));
}
