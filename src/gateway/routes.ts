// All routes, and what is said where there is none.

import type { HttpRequest, HttpResponse, TemplatedApp } from 'uWebSockets.js';
import type { PlainCounter } from '../ops/metrics.ts';
import { batchRoute, importRoute } from './batch-routes.ts';
import { BodilessExchange } from './bodiless-exchange.ts';
import type { BodyRoute } from './body-route.ts';
import { handleBudgets } from './budgets-route.ts';
import type { CallNames } from './call-names.ts';
import { publishRoute, rollbackRoute } from './catalog-publish-routes.ts';
import { CATALOG_ROUTES } from './catalog-routes.ts';
import { handleCustomer } from './customer-route.ts';
import { decideRoute } from './decide-route.ts';
import { handleDeliveries, retryRoute } from './delivery-routes.ts';
import { DOCS_SCRIPT, DocsPage, readOpenapi } from './docs-page.ts';
import { EventReader } from './event-reader.ts';
import { eventRoute } from './event-routes.ts';
import { Exchange } from './exchange.ts';
import type { ExchangeHub } from './exchange-hub.ts';
import { explainRoute } from './explain-route.ts';
import { handleItem, handleItemDelete, putItemsRoute } from './item-routes.ts';
import { mergeRoute, unlinkRoute, unmergeRoute } from './merge-routes.ts';
import { outcomeRoute } from './outcome-route.ts';
import { PageScript } from './page-script.ts';
import { recommendRoute } from './recommend-route.ts';
import {
  allowedHeaders,
  allowOrigin,
  constantErrorBody,
  isOrigin,
  JSON_HEADERS,
  PREFLIGHT_HEADERS,
  SHED_HEADERS,
  STATUS_LINES,
} from './replies.ts';
import { handleSettings } from './settings-route.ts';
import { addStreamSockets, handleStream, STREAM_PATH } from './streams/stream-routes.ts';
import { tokensRoute } from './tokens-route.ts';

/** Answers one GET (or HEAD). */
type BodilessHandler = (exchange: BodilessExchange, req: HttpRequest, hub: ExchangeHub) => void;

/** The POST routes by path; the short ones are those of the browser SDK. */
export function bodyRoutes(names: CallNames): ReadonlyMap<string, BodyRoute> {
  const reader = new EventReader(names);
  const routes = new Map<string, BodyRoute>();
  for (const type of ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const) {
    const route = eventRoute(type, reader);
    routes.set(`/v1/${type}`, route);
    routes.set(`/v1/${type.charAt(0)}`, route);
  }
  const batch = batchRoute(reader);
  routes.set('/v1/batch', batch).set('/v1/b', batch);
  routes.set('/v1/import', importRoute(reader, batch));
  routes.set('/v1/events/explain', explainRoute(reader));
  routes.set('/v1/decide', decideRoute());
  routes.set('/v1/recommend', recommendRoute());
  routes.set('/v1/outcomes', outcomeRoute());
  routes.set('/v1/tokens', tokensRoute());
  routes.set('/v1/customers/:id/merge', mergeRoute());
  routes.set('/v1/customers/:id/unlink', unlinkRoute());
  routes.set('/v1/customers/:id/unmerge', unmergeRoute());
  routes.set('/v1/deliveries/:id/retry', retryRoute());
  routes.set('/v1/catalog', publishRoute());
  routes.set('/v1/catalog/rollback', rollbackRoute());
  return routes;
}

/** The PUT routes by path. */
export function putRoutes(): ReadonlyMap<string, BodyRoute> {
  return new Map([['/v1/items', putItemsRoute()]]);
}

/** The DELETE routes by pattern; each has a GET beside it. */
const DELETE_ROUTES: ReadonlyMap<string, BodilessHandler> = new Map([
  ['/v1/items/:id', handleItemDelete],
]);

/** The GET routes by pattern. */
export function bodilessRoutes(): ReadonlyMap<string, BodilessHandler> {
  const docs = new DocsPage();
  const openapi = readOpenapi();
  const script = new PageScript();
  return new Map<string, BodilessHandler>([
    ...Object.entries(CATALOG_ROUTES),
    ['/v1/budgets', handleBudgets],
    [STREAM_PATH, handleStream],
    ['/v1/customers/:id', handleCustomer],
    ['/v1/deliveries', handleDeliveries],
    ['/v1/items/:id', handleItem],
    ['/v1/projects/:key/settings', handleSettings],
    ['/v1/proffer.js', (exchange, req) => script.serve(exchange, req)],
    ['/healthz', (exchange) => exchange.json(200, '{"status":"ok"}')],
    ['/readyz', (exchange, _, hub) => handleReady(exchange, hub)],
    ['/metrics', (exchange, _, hub) => handleMetrics(exchange, hub)],
    ['/openapi.json', (exchange) => exchange.send(200, 'application/json; charset=utf-8', openapi)],
    ['/docs', (exchange) => docs.html(exchange)],
    [DOCS_SCRIPT, (exchange) => docs.scriptFile(exchange)],
  ]);
}

/** Registers everything on an app. */
export function addRoutes(app: TemplatedApp, hub: ExchangeHub): void {
  const posts = bodyRoutes(hub.parts.names);
  const pages = bodilessRoutes();
  for (const [path, route] of posts) {
    const take = taking(route, hub);
    for (const spelled of spellings(path)) {
      app.post(spelled, take);
      const allow = pages.has(path) ? `GET, HEAD, ${POST_ALONE}` : POST_ALONE;
      refuseOthers(app, hub, spelled, allow, route.takesBeacons);
    }
  }
  for (const [path, route] of putRoutes()) {
    const take = taking(route, hub);
    for (const spelled of spellings(path)) {
      app.put(spelled, take);
      refuseOthers(app, hub, spelled, 'PUT, OPTIONS', false);
    }
  }
  for (const [pattern, handler] of pages) {
    const requests = requestCounter(hub, pattern);
    const serve = serving(handler, hub, requests);
    const deletes = DELETE_ROUTES.get(pattern) ?? null;
    const remove = deletes === null ? null : serving(deletes, hub, requests);
    for (const spelled of spellings(pattern)) {
      if (pattern === STREAM_PATH) {
        addStreamSockets(app, spelled, hub, (res) => {
          requests.value++;
          return new BodilessExchange(res, hub, false);
        });
      }
      app.get(spelled, (res, req) => serve(res, req, false));
      app.head(spelled, (res, req) => serve(res, req, true));
      if (remove !== null) app.del(spelled, (res, req) => remove(res, req, false));
      if (!posts.has(pattern)) {
        const allow = remove === null ? 'GET, HEAD, OPTIONS' : 'GET, HEAD, DELETE, OPTIONS';
        refuseOthers(app, hub, spelled, allow, pattern === STREAM_PATH);
      }
    }
  }
  app.options('/*', (res, req) => preflight(res, req, false));
  const unknown = requestCounter(hub, 'none');
  app.any('/*', (res, req) => {
    unknown.value++;
    new BodilessExchange(res, hub, req.getMethod() === 'head').refuse('not_found');
  });
}

/** Takes requests with a body. */
function taking(route: BodyRoute, hub: ExchangeHub) {
  const requests = requestCounter(hub, route.name);
  return (res: HttpResponse, req: HttpRequest) => {
    requests.value++;
    if (hub.admission.sheds()) shed(res, hub);
    else new Exchange(res, route, hub).open(req);
  };
}

/** Takes requests without one. */
function serving(handler: BodilessHandler, hub: ExchangeHub, requests: PlainCounter) {
  return (res: HttpResponse, req: HttpRequest, isHead: boolean) => {
    requests.value++;
    const exchange = new BodilessExchange(res, hub, isHead);
    try {
      handler(exchange, req, hub);
    } catch (error) {
      exchange.fail(error);
    }
  };
}

const POST_ALONE = 'POST, OPTIONS';

/** A slash at the end is ignored. */
function spellings(path: string): readonly string[] {
  return [path, `${path}/`];
}

/** Pages are not shed: who asks for health and metrics of an overloaded gateway must get them. */
function shed(res: HttpResponse, hub: ExchangeHub): void {
  hub.responses[503]!.value++;
  res.writeStatus(STATUS_LINES[503]!);
  res.writeHeader(JSON_HEADERS.name, SHED_HEADERS);
  res.end(constantErrorBody('overloaded'), hub.drain.isClosing);
}

function refuseOthers(
  app: TemplatedApp,
  hub: ExchangeHub,
  pattern: string,
  allow: string,
  takesBeacons: boolean,
): void {
  // `any` also takes what has a handler of its own elsewhere, so preflights are named again.
  app.options(pattern, (res, req) => preflight(res, req, takesBeacons));
  app.any(pattern, (res, req) => {
    new BodilessExchange(res, hub, req.getMethod() === 'head').refuse('method_not_allowed', {
      Allow: allow,
    });
  });
}

/** @param takesBeacons what is asked for may come with credentials: the origin is named */
function preflight(res: HttpResponse, req: HttpRequest, takesBeacons: boolean): void {
  const allowed = allowedHeaders(req.getHeader('access-control-request-headers'));
  const origin = takesBeacons ? req.getHeader('origin') : '';
  res.writeStatus(STATUS_LINES[204]!);
  res.writeHeader('Access-Control-Allow-Origin', isOrigin(origin) ? allowOrigin(origin) : '*');
  res.writeHeader('Access-Control-Allow-Headers', allowed);
  res.writeHeader('Vary', 'Access-Control-Request-Headers');
  for (const [name, value] of PREFLIGHT_HEADERS) res.writeHeader(name, value);
  res.endWithoutBody();
}

function handleReady(exchange: BodilessExchange, hub: ExchangeHub): void {
  const { ready, reason } = hub.parts.readiness();
  if (ready && !hub.drain.isLeaving) {
    const count = hub.parts.partitionsUnwritable();
    const part = count === 0 ? '' : `,"partitionsUnwritable":${count}`;
    exchange.json(200, `{"status":"ready"${part}}`);
    return;
  }
  const why = hub.drain.isLeaving ? 'draining' : reason;
  const body = JSON.stringify({
    error: { code: 'not_ready', message: `The service is not ready: ${why}.` },
  });
  exchange.send(503, 'application/json; charset=utf-8', body, { 'Retry-After': '1' });
}

function handleMetrics(exchange: BodilessExchange, hub: ExchangeHub): void {
  hub.parts
    .metricsText()
    .then((text) => exchange.send(200, 'text/plain; version=0.0.4; charset=utf-8', text))
    .catch((error: unknown) => exchange.fail(error));
}

function requestCounter(hub: ExchangeHub, route: string) {
  return hub.requests.of(route);
}
