// GET /v1/catalog, its versions, and what two of them have not in common.

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import { versionJson } from './catalog-answers.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { fault } from './gateway-parts.ts';

type Handler = (exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub) => void;

/** By pattern. */
export const CATALOG_ROUTES = {
  '/v1/catalog': (exchange, req, hub) => {
    answer(exchange, req, hub, async () => {
      const entry = await hub.parts.catalogs.current();
      return entry === null ? null : versionJson(entry);
    });
  },

  '/v1/catalog/versions': (exchange, req, hub) => {
    const asked = req.getQuery('before');
    const before = asked === undefined ? null : numberOf(asked);
    answer(exchange, req, hub, async () => {
      if (Number.isNaN(before)) return refuseNumber(exchange, 'before');
      return { versions: (await hub.parts.catalogs.versions(before)).map(versionJson) };
    });
  },

  '/v1/catalog/versions/:n': (exchange, req, hub) => {
    const publication = numberOf(req.getParameter(0) ?? '');
    answer(exchange, req, hub, async () => {
      if (Number.isNaN(publication)) return null;
      const version = await hub.parts.catalogs.version(publication);
      return version === null ? null : { ...versionJson(version), files: version.files };
    });
  },

  '/v1/catalog/diff': (exchange, req, hub) => {
    const [from, to] = [numberOf(req.getQuery('from')), numberOf(req.getQuery('to'))];
    answer(exchange, req, hub, async () => {
      if (Number.isNaN(from)) return refuseNumber(exchange, 'from');
      if (Number.isNaN(to)) return refuseNumber(exchange, 'to');
      const changes = await hub.parts.catalogs.diff(from, to);
      return changes === null ? null : { changes };
    });
  },
} as const satisfies Readonly<Record<string, Handler>>;

/** @param make null = there is no such version; undefined = it was answered */
function answer(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
  make: () => Promise<object | null | undefined>,
): void {
  exchange.authorize(req, 'catalog', () => {
    const closed = hub.admission.closed();
    if (closed !== null) {
      exchange.refuse(closed);
      return;
    }
    make()
      .then((json) => {
        if (json === null) exchange.refuse('unknown_publication');
        else if (json !== undefined) exchange.json(200, JSON.stringify(json));
      })
      .catch((error: unknown) => exchange.fail(error));
  });
}

/** A publication number; NaN = it is none. */
function numberOf(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : Number.NaN;
}

function refuseNumber(exchange: BodilessExchange, name: string): undefined {
  const message = `'${name}' must be a publication number.`;
  exchange.refuse(fault('invalid_request', message, name));
}
