// What goes wrong on a page, and what it is told: a log-out with an offer on the page, wrong names, and a
// service that is away.

import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Proffer, Token } from '../../../src/client/browser/proffer.ts';
import type { Shop } from './page-of-offers.ts';

declare const proffer: Proffer;

/** @param now the shop and the browser's context of the test that runs */
export function mishapCases(now: () => { readonly shop: Shop; readonly context: BrowserContext }) {
  it('asks for a token once, and takes what it showed off the page at the log-out', async () => {
    const { shop, context } = now();
    const { tab } = await shop.open(context);
    shop.token = { userId: 'ada', ttl: '1h' };
    shop.tokensAsked = 0;
    const texts = await tab.evaluate(async () => {
      const place = document.querySelector('#offer')!;
      proffer.on('decision', () => {});
      const token = async (): Promise<Token> => (await fetch('/token')).json();
      await proffer.identify('ada', { name: 'Ada' }, { token });
      await proffer.render('web_popup', '#offer');
      const shown = place.textContent;
      // What is asked before the log-out and answered after it is shown to nobody.
      const late = proffer.track('Popup Wanted');
      await proffer.reset();
      return [shown, (await late).decisions.length, place.childElementCount];
    });
    expect(texts).toEqual([expect.stringContaining('Dear Ada'), 1, 0]);
    expect(shop.tokensAsked).toBe(1);
    // The next one is shown what is theirs, a fallback too.
    await tab.evaluate(() => void proffer.track('Popup Wanted'));
    await tab.locator('#offer', { hasText: 'Dear visitor' }).waitFor();
  });

  it('says in the console what is wrong with the page, once for each kind', async () => {
    const { shop, context } = now();
    const warnings: string[] = [];
    context.on('console', (line) => {
      if (line.type() === 'warning') warnings.push(line.text());
    });
    const { tab } = await shop.open(context);
    await tab.evaluate(async () => {
      for (let n = 0; n < 2; n++) {
        await proffer.render('web_pop', '#offer');
        await proffer.render('web_popup', '#offr');
        await proffer.track('');
      }
    });
    expect(warnings.toSorted()).toEqual([
      expect.stringMatching(/^Proffer: invalid_event ./),
      expect.stringMatching(/^Proffer: no_element .*#offr/),
      expect.stringMatching(/^Proffer: unknown_placement .*web_pop/),
    ]);
    for (const [key, code] of [
      ['data-key="nobody"', 'unknown_key'],
      ['', 'missing_key'],
    ] as const) {
      warnings.length = 0;
      shop.html = `<script src="${shop.gatewayUrl}/v1/proffer.js" ${key}></script>`;
      await tab.goto(shop.url);
      await tab.evaluate(() => proffer.decide('web_popup'));
      expect(warnings).toEqual([expect.stringMatching(`^Proffer: ${code} .`)]);
    }
  });

  it('has a code and words for a service that is away, and opens its stream again', async () => {
    const { shop, context } = now();
    const { tab } = await shop.open(context);
    await context.route('**/v1/decide', (route) => route.abort());
    const { error } = await tab.evaluate(() => proffer.decide('web_popup'));
    expect(error).toEqual({ code: 'unreachable', message: expect.stringMatching(/./) });
    let refused = 0;
    await context.route('**/v1/stream?*', (route) => {
      refused++;
      return route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' } });
    });
    await tab.evaluate(() => void proffer.render('web_popup', '#offer', { ask: false }));
    await expect.poll(() => refused, { timeout: 30_000 }).toBe(2);
    const opened = tab.waitForResponse(
      (response) => response.url().includes('/v1/stream?') && response.status() === 200,
    );
    await context.unroute('**/v1/stream?*');
    await opened;
    const anonymousId = await tab.evaluate(() => proffer.anonymousId);
    await shop.elsewhere({ anonymousId, event: 'Popup Wanted' });
    await tab.locator('#offer', { hasText: 'Dear visitor' }).waitFor();
  });
}
