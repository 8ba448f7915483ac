// PUT /v1/items, GET and DELETE /v1/items/{id}: what is declared of the shop's items, for the holder of an
// admin or catalog key.

import type { HttpRequest } from 'uWebSockets.js';
import { Buffer } from 'node:buffer';
import { ITEM_ID_BYTES_MAX } from '../model/item.ts';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { type Body, fault } from './gateway-parts.ts';
import { readItems, shownItem } from './item-reader.ts';
import type { ApiKey } from './keys/api-key.ts';

/** Bytes of a body with items. */
export const ITEMS_BODY_BYTES_MAX = 4 * 1024 * 1024;

/** PUT /v1/items */
export function putItemsRoute(): BodyRoute {
  return {
    name: 'items',
    bodyBytesMax: ITEMS_BODY_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'catalog',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: handlePut,
  };
}

async function handlePut(exchange: BodyExchange, body: Body): Promise<void> {
  const items = readItems(body, exchange.text);
  if ('kind' in items) return exchange.refuse(items);
  const outcome = await exchange.hub.parts.items.put(items, exchange.receivedAtMs);
  exchange.hub.audit.note(exchange.key!, 'items.put', '', `${items.length} items, ${outcome}`);
  if (outcome === 'items_full') return exchange.refuse('items_full');
  exchange.succeed(JSON.stringify({ items: items.length }));
}

/** GET /v1/items/{id} */
export function handleItem(exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub): void {
  onItem(exchange, req, hub, async (itemId) => {
    const item = await hub.parts.items.find(itemId);
    if (item === null) exchange.refuse('unknown_item');
    else exchange.json(200, JSON.stringify(shownItem(item)));
  });
}

/** DELETE /v1/items/{id} */
export function handleItemDelete(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
): void {
  onItem(exchange, req, hub, async (itemId, key) => {
    const { items, clock } = hub.parts;
    const wasThere = await items.delete(itemId, clock.nowMs());
    hub.audit.note(key, 'items.delete', itemId, wasThere ? 'deleted' : 'unknown');
    if (!wasThere) exchange.refuse('unknown_item');
    else exchange.json(200, JSON.stringify({ itemId, deleted: true }));
  });
}

/** The id is percent-decoded, so that ids may contain slashes. */
function onItem(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
  goOn: (itemId: string, key: ApiKey) => Promise<void>,
): void {
  const encoded = req.getParameter(0) ?? '';
  exchange.authorize(req, 'catalog', (key) => {
    const closed = hub.admission.closed();
    if (closed !== null) return exchange.refuse(closed);
    let itemId: string;
    try {
      itemId = decodeURIComponent(encoded);
    } catch {
      const message = 'The id is not valid percent-encoding.';
      return exchange.refuse(fault('invalid_request', message, 'id'));
    }
    if (Buffer.byteLength(itemId) > ITEM_ID_BYTES_MAX) return exchange.refuse('unknown_item');
    goOn(itemId, key).catch((error: unknown) => exchange.fail(error));
  });
}
