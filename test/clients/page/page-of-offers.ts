// A shop's page for tests of /v1/proffer.js: of an origin of its own, under a strict content security
// policy, in front of a whole gateway.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { NO_OPTIONS } from '../../../src/gateway/keys/key-options.ts';
import { openKeyStore } from '../../../src/gateway/keys/key-store.ts';
import {
  type ComposedGateways,
  composeGateways,
  type Json,
} from '../../support/composed-gateways.ts';
import { freshPorts } from '../../support/fresh-ports.ts';

const CATALOG = `
catalog: page
features:
  views: { count: Product Viewed }
  views_of_product: { count: Product Viewed, by: properties.product_id, window: 30m }
  left: { count: Page Left }
  seen: { count: Offer Viewed }
  notes: { recent: properties.n, of: Noted, keep: 20 }
triggers:
  phone_interest:
    on: Product Viewed
    when: views_of_product[event.properties.product_id] >= 3
    decide: web_popup
    cooldown: 1d
  asked_for: { on: Popup Wanted, decide: web_popup }
offers:
  phone_accessories:
    value: 30
    applicability: views_of_product['p9'] >= 1
    treatments: { web_popup: { title: "Made for your {{ or(event.properties.name, 'phone') }}", url: /accessories } }
  welcome:
    value: 1
    treatments: { web_popup: { title: Welcome, text: "Dear {{ or(traits.name, 'visitor') }}" } }
channels: { web: stream }
placements:
  web_popup: { channel: web, fallback: welcome }
`;

export interface Shop {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly browserKey: string;
  /** What the page has below its head. */
  html: string;
  /** Whether /token answers with one, and how long it holds. */
  token: { readonly userId: string; readonly ttl: string } | null;
  /** How often it was asked for. */
  tokensAsked: number;
  customer(id: string): Promise<Json>;
  /** Something that happens elsewhere: a server says it. */
  elsewhere(event: object): Promise<Json>;
  /** A tab on the page; what it complains about (errors, policy) is gathered. */
  open(context: BrowserContext): Promise<{ readonly tab: Page; readonly complaints: string[] }>;
  stop(): Promise<void>;
}

/** @param modules served beside the page, by path */
export async function openShop(modules: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const [port] = await freshPorts(1);
  const gateways = await composeGateways(CATALOG, 1, { PROFFER_PORT: String(port) });
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const browserKey = await makeBrowserKey(gateways);
  const gateway = gateways.gateways[0]!;
  const server = createServer(async (request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    const script = modules[path] ?? scripts.get(path);
    if (path === '/token') {
      shop.tokensAsked++;
      const asked = { key: 'write', body: shop.token } as const;
      const token = shop.token && (await gateway.request('POST', '/v1/tokens', asked)).json;
      response.end(JSON.stringify(token));
    } else if (script !== undefined) {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(script);
    } else {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.setHeader(
        'Content-Security-Policy',
        `default-src 'none'; script-src 'self' ${gatewayUrl}; connect-src 'self' ${gatewayUrl}`,
      );
      response.end(`<!doctype html><title>Shop</title>${outOfLine(shop.html)}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  /** The policy allows no scripts in the page, so that those of the page are files. */
  const scripts = new Map<string, string>();
  const outOfLine = (html: string) =>
    html.replace(/<script>([\s\S]*?)<\/script>/g, (_, text: string) => {
      scripts.set(`/page-${scripts.size}.js`, text);
      return `<script src="/page-${scripts.size - 1}.js"></script>`;
    });
  const shop: Shop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    gatewayUrl,
    browserKey,
    html: '',
    token: null,
    tokensAsked: 0,
    async customer(id) {
      return (await gateway.request('GET', `/v1/customers/${id}?events=false`)).json;
    },
    async elsewhere(event) {
      return (await gateway.request('POST', '/v1/track', { key: 'write', body: event })).json;
    },
    async open(context) {
      const tab = await context.newPage();
      const complaints: string[] = [];
      tab.on('console', (line) => {
        if (line.type() === 'error') complaints.push(line.text());
      });
      tab.on('pageerror', (error) => complaints.push(error.message));
      await tab.goto(shop.url);
      return { tab, complaints };
    },
    async stop() {
      await closed(server);
      await gateways.stop();
    },
  };
  return shop;
}

async function makeBrowserKey({ redisUrl }: ComposedGateways): Promise<string> {
  const store = await openKeyStore({ url: redisUrl, prefix: 'proffer:', deadlineMs: 5_000 });
  try {
    return (await store.create('page', 'browser', Date.now(), NO_OPTIONS)).secret;
  } finally {
    await store.close();
  }
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
