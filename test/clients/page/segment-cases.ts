// @segment/analytics-next, unmodified, with the plugin: its calls are answered with decisions.

import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Shop } from './page-of-offers.ts';

/** The page's own program: the ten lines of docs/web.md, and who calls them. */
const PROGRAM = `
import { AnalyticsBrowser } from '@segment/analytics-next';
import { Proffer } from './dist/client/browser.js';
import { profferPlugin } from './dist/client/segment.js';
window.start = async (key, endpoint, both, ask) => {
  const token = ask && (async () => (await fetch('/token')).json());
  const proffer = new Proffer({ key, endpoint, token });
  proffer.render('web_popup', '#offer', { ask });
  const analytics = AnalyticsBrowser.load(
    { writeKey: key, cdnSettings: { integrations: { 'Segment.io': { apiKey: key } } } },
    { integrations: { 'Segment.io': both &&
      { apiHost: new URL(endpoint).host + '/v1', protocol: 'http' } } },
  );
  await analytics.register(profferPlugin(proffer));
  Object.assign(window, { analytics, proffer });
};`;

export async function segmentProgram(): Promise<string> {
  const root = new URL('../../../', import.meta.url).pathname;
  const bundle = await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    ...{ bundle: true, write: false, format: 'iife', platform: 'browser', minify: true },
  });
  return bundle.outputFiles[0]!.text;
}

interface Tab {
  start(key: string, endpoint: string, both: boolean, ask: boolean): Promise<void>;
  readonly analytics: {
    track(event: string, properties: object): Promise<unknown>;
    identify(userId: string, traits: object): Promise<unknown>;
    reset(): Promise<unknown>;
    user(): Promise<{ anonymousId(): string }>;
  };
  readonly proffer: { readonly anonymousId: string };
}

export function segmentCases(now: () => { readonly shop: Shop; readonly context: BrowserContext }) {
  it.each([
    ['instead of its own delivery', false],
    ['beside its own delivery', true],
  ])('shows what the calls of Segment’s SDK decide, %s', async (_, both) => {
    const { shop, context } = now();
    shop.html = '<script src="/segment.js"></script><div id="offer"></div>';
    const { tab, complaints } = await shop.open(context);
    const own = both ? tab.waitForResponse('**/v1/t') : null;
    const ids = await tab.evaluate(
      async ([key, endpoint, sends]) => {
        const page = globalThis as unknown as Tab;
        await page.start(key, endpoint, sends, false);
        const look = { product_id: 'p9', name: 'P9' };
        for (let n = 0; n < 3; n++) await page.analytics.track('Product Viewed', look);
        return [(await page.analytics.user()).anonymousId(), page.proffer.anonymousId];
      },
      [shop.browserKey, shop.gatewayUrl, both] as const,
    );
    await tab.locator('#offer', { hasText: 'Made for your P9' }).waitFor();
    expect(ids[0]).toBe(ids[1]);
    await own;
    await expect
      .poll(async () => (await shop.customer(`anonymous:${ids[0]}`)).features)
      .toMatchObject({ views: 3, seen: 1 });
    const others = await tab.evaluate(async () => {
      const { analytics, proffer } = globalThis as unknown as Tab;
      await analytics.reset();
      return [(await analytics.user()).anonymousId(), proffer.anonymousId];
    });
    expect(others[0]).toBe(others[1]);
    expect(others[0]).not.toBe(ids[0]);
    expect(complaints).toEqual([]);
  });

  it('asks for the SDK’s visitor from the first, and links who logs in while the page is open', async () => {
    const { shop, context } = now();
    shop.html = '<script src="/segment.js"></script><div id="offer"></div>';
    shop.token = null;
    const { tab, complaints } = await shop.open(context);
    const visitors: string[] = [];
    tab.on('request', (request) => {
      if (request.url().endsWith('/v1/decide')) visitors.push(request.postDataJSON().anonymousId);
    });
    const id = await tab.evaluate(
      async ([key, endpoint]) => {
        const page = globalThis as unknown as Tab;
        await page.start(key, endpoint, false, true);
        return (await page.analytics.user()).anonymousId();
      },
      [shop.browserKey, shop.gatewayUrl] as const,
    );
    await tab.locator('#offer', { hasText: 'Dear visitor' }).waitFor();
    const visitor = () => shop.customer(`anonymous:${id}`);
    await expect.poll(async () => (await visitor()).features?.seen).toBe(1);
    expect(visitors).toEqual([id]);
    shop.token = { userId: 'cy', ttl: '1h' };
    shop.tokensAsked = 0;
    await tab.evaluate(() => {
      const { analytics } = globalThis as unknown as Tab;
      return analytics.identify('cy', { name: 'Cy' });
    });
    await expect.poll(() => shop.customer('cy')).toMatchObject({ traits: { name: 'Cy' } });
    expect(shop.tokensAsked).toBe(1);
    expect((await visitor()).customerId).toBe('cy');
    await tab.evaluate(() => (globalThis as unknown as Tab).analytics.reset());
    expect(await tab.locator('#offer').textContent()).toBe('');
    expect(complaints).toEqual([]);
  });
}
