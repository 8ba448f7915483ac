// /v1/proffer.js as a shop's page has it: in real Chromium, before a real gateway, on a page of another
// origin whose policy allows no scripts and no styles in it.

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Proffer } from '../../../src/client/browser/proffer.ts';
import { HAS_CHROMIUM, launchChromium } from '../../support/chromium.ts';
import type { Json } from '../../support/composed-gateways.ts';
import { mishapCases } from './mishap-cases.ts';
import { openShop, type Shop } from './page-of-offers.ts';
import { segmentCases, segmentProgram } from './segment-cases.ts';
import { visitCases } from './visit-cases.ts';

declare const proffer: Proffer;

describe.skipIf(!HAS_CHROMIUM)('/v1/proffer.js in Chromium', () => {
  let shop: Shop;
  let browser: Browser;
  let context: BrowserContext;
  const tag = (attributes = '') =>
    `<script src="${shop.gatewayUrl}/v1/proffer.js" data-key="${shop.browserKey}" ${attributes}></script>`;
  beforeAll(async () => {
    shop = await openShop({ '/segment.js': await segmentProgram() });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    shop.html = `${tag()}<div id="offer"></div>`;
  });
  afterEach(() => context.close());

  const visitorOf = (tab: Page) => tab.evaluate(() => proffer.anonymousId);
  const features = async (id: string): Promise<Json> => (await shop.customer(id)).features;
  const outcomesOf = async (id: string): Promise<readonly string[]> => {
    const { recentDecisions = [] } = await shop.customer(id);
    return recentDecisions.flatMap((d: Json) => d.offers.flatMap((o: Json) => o.outcomes)).sort();
  };

  it('is small, cached, and anybody’s', async () => {
    const first = await fetch(`${shop.gatewayUrl}/v1/proffer.js`);
    const text = await first.text();
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(4_096);
    expect(text).not.toMatch(/\beval\b|new Function|innerHTML|\.style\b/);
    const headers = (answer: Response, ...names: string[]) =>
      names.map((n) => answer.headers.get(n));
    expect(headers(first, 'content-type', 'cache-control', 'access-control-allow-origin')).toEqual([
      'text/javascript; charset=utf-8',
      'public, max-age=3600',
      '*',
    ]);
    const [etag] = headers(first, 'etag');
    for (const known of [etag!, `"x", ${etag}`]) {
      const again = await fetch(`${shop.gatewayUrl}/v1/proffer.js`, {
        headers: { 'If-None-Match': known },
      });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([
        304,
        '',
        etag,
      ]);
    }
    const other = await fetch(`${shop.gatewayUrl}/v1/proffer.js`, {
      headers: { 'If-None-Match': '"x"', 'Accept-Encoding': 'identity' },
    });
    expect([other.status, other.headers.get('content-encoding')]).toEqual([200, null]);
    expect(await other.text()).toBe(text);
  });

  it('shows offers with the ten lines of the README, and tells what became of them', async () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const block = /```html\n(<div id="offer">[\s\S]*?)```/.exec(readme)![1]!;
    expect(block.trim().split('\n').length).toBeLessThanOrEqual(10);
    shop.html = block
      .replace('http://127.0.0.1:8080', shop.gatewayUrl)
      .replace('the browser key', shop.browserKey);
    const { tab, complaints } = await shop.open(context);
    const offer = tab.locator('#offer', { hasText: 'Made for your P9' });
    await offer.waitFor();
    const id = `anonymous:${await visitorOf(tab)}`;
    expect(await features(id)).toMatchObject({ views: 3 });
    // What the third look brought answers the question of the page as well.
    expect((await shop.customer(id)).recentDecisions).toMatchObject([
      { trigger: 'phone_interest' },
    ]);
    await expect.poll(() => outcomesOf(id)).toContain('impression');
    // It leads away from the page, at once.
    await Promise.all([tab.waitForURL('**/accessories'), offer.locator('a').click()]);
    await expect.poll(() => outcomesOf(id)).toContain('click');
    expect(complaints).toEqual([]);
  });

  it('reports an impression once it is seen, and once', async () => {
    const { tab } = await shop.open(context);
    const id = `anonymous:${await visitorOf(tab)}`;
    await tab.evaluate(async () => {
      document.querySelector('#offer')!.before(document.createElement('hr'));
      const far = document.createElement('canvas');
      far.height = 3_000;
      document.querySelector('#offer')!.before(far);
      await proffer.render('web_popup', '#offer');
      await proffer.track('Page Left');
    });
    expect([await outcomesOf(id), (await features(id)).left]).toEqual([[], 1]);
    await tab.locator('#offer').scrollIntoViewIfNeeded();
    await expect.poll(() => outcomesOf(id)).toEqual(['impression']);
    await tab.evaluate(async () => {
      scrollTo(0, 0);
      await new Promise(requestAnimationFrame);
      scrollTo(0, 9_999);
      await new Promise(requestAnimationFrame);
      await proffer.track('Page Left');
    });
    expect(await features(id)).toMatchObject({ left: 2, seen: 1 });
  });

  it('inserts what a treatment has as text, and no link that runs a script', async () => {
    const { tab, complaints } = await shop.open(context);
    const markup = '<img src=x onerror=alert(1)><script>alert(1)</script>';
    const shown = await tab.evaluate(
      async ([text, urls]) => {
        const decision = (treatment: object) => ({
          ...{ decisionId: 'd', placement: 'p', trigger: null, catalog: 'c' },
          ...{ fallback: false, holdout: false },
          offers: [{ offerId: 'o', treatment: treatment as never, expiresAt: null }],
        });
        const place = document.querySelector('#offer')!;
        const treatment = { title: text, text, cta: text, alt: text };
        await proffer.render(decision(treatment), place);
        const html = [place.querySelectorAll('img, script').length, place.textContent];
        const links = [];
        for (const url of urls) {
          await proffer.render(decision({ title: 't', url, image: url }), place);
          links.push([
            place.querySelector('a')?.href ?? null,
            place.querySelector('img')?.src ?? null,
          ]);
        }
        return { html, links };
      },
      [
        markup,
        [
          ...['javascript:alert(1)', ' java\tscript:alert(1)', 'JAVASCRIPT:alert(1)'],
          ...['data:text/html,x', 'vbscript:x', 'blob:http://x/y', 'file:///etc/passwd', 'http://'],
        ],
      ] as const,
    );
    expect(shown.html).toEqual([0, markup.repeat(3)]);
    expect(shown.links).toEqual(Array(8).fill([null, null]));
    expect(complaints).toEqual([]);
  });

  it('gives offers to a template of the page, and survives what its callbacks throw', async () => {
    const { tab, complaints } = await shop.open(context);
    const text = await tab.evaluate(async () => {
      const place = document.querySelector('#offer')!;
      proffer.on('decision', () => {
        throw new Error('of the page');
      });
      const broken = await proffer.render('web_popup', place, {
        template: () => {
          throw new Error('of the template');
        },
      });
      const mine = await proffer.render('web_popup', place, {
        template: (offer) => {
          const fragment = new DocumentFragment();
          fragment.append(`My ${offer.treatment.title}`);
          return fragment;
        },
      });
      const { decisions, error } = await proffer.decide('nowhere');
      return [broken, mine?.offerId, place.textContent, decisions, error?.code];
    });
    expect(text).toEqual([null, 'welcome', 'My Welcome', [], 'unknown_placement']);
    expect(complaints.filter((line) => line.startsWith('of the'))).toContain('of the page');
    expect(complaints.filter((line) => line.startsWith('of the'))).toContain('of the template');
  });

  it('shows a placement once in a place, however often the page says so', async () => {
    const { tab } = await shop.open(context);
    const made = await tab.evaluate(async () => {
      const made: number[] = [];
      const template = (n: number) => () => {
        made.push(n);
        return document.createElement('b');
      };
      const place = document.querySelector('#offer')!;
      await proffer.render('web_popup', place, { template: template(1), ask: false });
      await proffer.render('web_popup', place, { template: template(2), ask: false });
      await proffer.decide('web_popup');
      return made;
    });
    expect(made).toEqual([2]);
  });

  it('has a visitor’s id though the page gives an empty one', async () => {
    const { tab } = await shop.open(context);
    const ids = await tab.evaluate(() => {
      const Again = proffer.constructor as typeof Proffer;
      return [new Again({ key: 'k', anonymousId: '' }).anonymousId, proffer.anonymousId];
    });
    expect(ids[0]).toBe(ids[1]);
  });

  it('keeps what it could not deliver, in order and over reloads, and delivers it once', async () => {
    const { tab } = await shop.open(context);
    const id = `anonymous:${await visitorOf(tab)}`;
    const note = (n: number) => tab.evaluate((n) => void proffer.track('Noted', { n }), n);
    const failures: string[] = [];
    await context.route('**/v1/batch', (route) => {
      failures.push(route.request().postData()!);
      return failures.length % 2 === 0
        ? route.abort()
        : route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' } });
    });
    for (const n of [1, 2, 3]) await note(n);
    await expect.poll(() => failures.length).toBeGreaterThan(1);
    await tab.reload();
    await note(4);
    await expect.poll(() => failures.length).toBeGreaterThan(3);
    await context.unroute('**/v1/batch');
    await tab.reload();
    await note(5);
    await expect.poll(async () => (await features(id)).notes).toEqual([5, 4, 3, 2, 1]);
    const kept = () => tab.evaluate(() => Object.keys(localStorage).length);
    await expect.poll(kept).toBe(1);
    // What nobody takes is bounded.
    await context.setOffline(true);
    await tab.evaluate(() => {
      for (let n = 0; n < 130; n++) void proffer.track('Noted', { n });
    });
    expect(await kept()).toBe(101);
    await tab.evaluate(() => void proffer.track('Noted', { n: 'x'.repeat(60_000) }));
    expect(await kept()).toBeLessThan(30);
    await context.setOffline(false);
  });

  mishapCases(() => ({ shop, context }));
  visitCases(() => ({ shop, context }));
  segmentCases(() => ({ shop, context }));
});
