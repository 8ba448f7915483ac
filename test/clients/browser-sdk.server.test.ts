// @segment/analytics-next, unmodified, in a real browser, on a page of another origin.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_CHROMIUM, launchChromium } from '../support/chromium.ts';
import { eventsOf } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const SCRIPT = `
import { AnalyticsBrowser } from '@segment/analytics-next';
window.run = async ({ writeKey, host, cdn, userId, batched, token }) => {
  const headers = () => token === null ? {} : { 'X-Customer-Token': token };
  const strategy = batched ? 'batching' : 'standard';
  const config = batched ? { size: 10, timeout: 100, headers } : { headers };
  const integration = { apiHost: host + '/v1', protocol: 'http', deliveryStrategy: { strategy, config } };
  const settings = cdn
    ? { writeKey, cdnURL: 'http://' + host }
    : { writeKey, cdnSettings: { integrations: { 'Segment.io': { apiKey: writeKey } } } };
  const analytics = AnalyticsBrowser.load(settings, { integrations: { 'Segment.io': integration } });
  await analytics.identify(userId, { name: 'Ming' });
  await analytics.group('g1');
  await analytics.page('Home');
  await analytics.screen('Home');
  await analytics.track('Product Viewed', { product_id: 'p9', category: 'phone' });
  await analytics.alias(userId, 'before');
};`;

describe.skipIf(!HAS_CHROMIUM)('@segment/analytics-next in Chromium', () => {
  let proffer: ProfferProcess;
  let browser: Browser;
  let page: { url: string; close(): void };

  beforeAll(async () => {
    const bundle = await build({
      stdin: { contents: SCRIPT, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
    });
    const script = bundle.outputFiles[0]!.text;
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    page = { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
    proffer = await startProffer();
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    page?.close();
    await proffer?.dispose();
  });

  /** As a page has them that a customer is logged in on. */
  const browserKeyAndToken = async (userId: string) => {
    const { browserKey } = JSON.parse(
      readFileSync(join(proffer.dataDirectory, 'keys.json'), 'utf8'),
    );
    const options = { body: { userId }, key: proffer.writeKey };
    const { body } = await proffer.request('POST', '/v1/tokens', options);
    const { customerToken } = body as { readonly customerToken: string };
    return { writeKey: browserKey as string, token: customerToken };
  };

  for (const [name, cdn, batched] of [
    ['one by one, settings from the service, with a write key', true, false],
    ['in batches, settings inline, with a browser key and a token', false, true],
  ] as const) {
    it(`delivers every call ${name}`, async () => {
      const userId = batched ? 'browser-batched' : 'browser-single';
      const tab = await browser.newPage();
      const failures: string[] = [];
      tab.on('console', (line) => line.type() === 'error' && failures.push(line.text()));
      await tab.goto(page.url);
      await tab.evaluate((options) => (globalThis as unknown as Page).run(options), {
        ...(batched
          ? await browserKeyAndToken(userId)
          : { writeKey: proffer.writeKey, token: null }),
        host: new URL(proffer.url).host,
        userId,
        cdn,
        batched,
      });
      const rows = await eventsOf(proffer, userId, 6);
      expect(failures).toEqual([]);
      expect(rows.map((row) => row.type).sort()).toEqual([
        ...['alias', 'group', 'identify', 'page', 'screen', 'track'],
      ]);
      await tab.close();
    });
  }

  it('is not needed: a beacon with JSON arrives from a page that is being left', async () => {
    const userId = 'beacon';
    const tab = await browser.newPage();
    const failures: string[] = [];
    tab.on('console', (line) => line.type() === 'error' && failures.push(line.text()));
    await tab.goto(page.url);
    const { writeKey, url } = proffer;
    const event = { type: 'track', userId, event: 'Page Left' };
    const sent = await tab.evaluate(
      (bodies) =>
        bodies.map(([to, body]) => {
          const json = new Blob([JSON.stringify(body)], { type: 'application/json' });
          return (globalThis as unknown as Page).navigator.sendBeacon(to, json);
        }),
      [
        [`${url}/v1/track`, { ...event, writeKey }],
        [`${url}/v1/batch/`, { batch: [event], writeKey }],
      ] as [string, object][],
    );
    expect(sent).toEqual([true, true]);
    await tab.goto('about:blank');
    expect(await eventsOf(proffer, userId, 2)).toHaveLength(2);
    expect(failures).toEqual([]);
    await tab.close();
  });
});

interface Page {
  readonly navigator: { sendBeacon(url: string, data: Blob): boolean };
  run(options: object): Promise<void>;
}
