// From the first look to the log-out, and away: who the page speaks for, and what it still says when it
// is left.

import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Proffer, Token } from '../../../src/client/browser/proffer.ts';
import type { Shop } from './page-of-offers.ts';

declare const proffer: Proffer;

/** @param now the shop and the browser's context of the test that runs */
export function visitCases(now: () => { readonly shop: Shop; readonly context: BrowserContext }) {
  const features = async (id: string) => (await now().shop.customer(id)).features;
  const visitorOf = (tab: Page) => tab.evaluate(() => proffer.anonymousId);

  it('says by beacon what waits when the page is left', async () => {
    const { shop, context } = now();
    const { tab } = await shop.open(context);
    const id = `anonymous:${await visitorOf(tab)}`;
    let refused = 0;
    const headers = { 'access-control-allow-origin': '*', 'retry-after': '60' };
    await context.route('**/v1/batch', (route) => {
      refused++;
      return route.fulfill({
        ...{ status: 429, contentType: 'application/json', body: '{}' },
        headers: { ...headers, 'access-control-expose-headers': 'Retry-After' },
      });
    });
    await tab.evaluate(() => void proffer.track('Page Left'));
    await expect.poll(() => refused).toBe(1);
    await context.unroute('**/v1/batch');
    await tab.evaluate(() => void proffer.track('Noted', { n: 'é' }));
    // Another origin: nothing of this page runs again.
    await tab.goto('about:blank');
    await expect.poll(() => features(id)).toMatchObject({ left: 1, notes: ['é'] });
    // It is sent once more by the next page, and was counted.
    const again = tab.waitForResponse('**/v1/batch');
    await tab.goto(shop.url);
    const { results } = await (await again).json();
    expect(results).toMatchObject([{ duplicate: true }, { duplicate: true }]);
    expect(await features(id)).toMatchObject({ left: 1, notes: ['é'] });
  });

  it('is the customer’s between log-in and log-out, with another token when one is over', async () => {
    const { shop, context } = now();
    const { tab } = await shop.open(context);
    const visitor = await visitorOf(tab);
    shop.token = { userId: 'li', ttl: '1s' };
    shop.tokensAsked = 0;
    const shown = await tab.evaluate(async () => {
      await proffer.track('Product Viewed', { product_id: 'p1' });
      const token = async (): Promise<Token> => (await fetch('/token')).json();
      await proffer.identify('li', { name: 'Li' }, { token });
      await proffer.render('web_popup', '#offer');
      return document.querySelector('#offer')!.textContent;
    });
    expect(shown).toContain('Dear Li');
    expect(await features('li')).toMatchObject({ views: 1 });
    let views = 1;
    const look = async () => {
      views++;
      const view = () => proffer.track('Product Viewed', { product_id: 'p2' });
      expect(await tab.evaluate(view)).not.toHaveProperty('error');
      return shop.tokensAsked;
    };
    await expect.poll(look, { interval: 400 }).toBeGreaterThan(1);
    expect(await features('li')).toMatchObject({ views });
    // Logged out: what waited goes with the token, what comes after is a stranger's.
    const next = await tab.evaluate(async () => {
      void proffer.track('Product Viewed', { product_id: 'p2' });
      const told = proffer.reset();
      await proffer.track('Product Viewed', { product_id: 'p2' });
      await told;
      return proffer.anonymousId;
    });
    expect(next).not.toBe(visitor);
    expect(await features('li')).toMatchObject({ views: views + 1 });
    expect(await shop.customer(`anonymous:${next}`)).toMatchObject({
      customerId: `anonymous:${next}`,
      features: { views: 1 },
    });
  });

  it('keeps what a token was refused for until there is another, and sends the rest', async () => {
    const { shop, context } = now();
    const { tab } = await shop.open(context);
    const told = await tab.evaluate(async () => {
      proffer.setToken('c1.forged');
      const refused = await proffer.track('Product Viewed', { product_id: 'p1' });
      const visitors = await proffer.track('Product Viewed', { product_id: 'p1' });
      return [refused.error?.code, visitors.error];
    });
    expect(told).toEqual(['invalid_token', undefined]);
    const visitor = await visitorOf(tab);
    expect(await features(`anonymous:${visitor}`)).toMatchObject({ views: 1 });
    shop.token = { userId: 'mei', ttl: '1h' };
    await tab.reload();
    await tab.evaluate(async () => proffer.setToken(await (await fetch('/token')).json()));
    const noted = await tab.evaluate(() => proffer.track('Noted', { n: 1 }));
    expect(noted).not.toHaveProperty('error');
    await expect.poll(() => features('mei')).toMatchObject({ views: 2, notes: [1] });
  });

  it('shows what is decided elsewhere, once, while somebody looks, and what was missed meanwhile', async () => {
    const { shop, context } = now();
    const { tab, complaints } = await shop.open(context);
    const opened = tab.waitForResponse('**/v1/stream?*');
    await tab.evaluate(() => {
      const heard: string[] = [];
      proffer.on('decision', ({ decisionId }) => heard.push(decisionId));
      void proffer.render('web_popup', '#offer', { ask: false });
      Object.assign(window, { heard });
    });
    const heard = () => tab.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect((await opened).status()).toBe(200);
    const visitor = { anonymousId: await visitorOf(tab) };
    const wanted = async (who: object) =>
      (await shop.elsewhere({ ...who, event: 'Popup Wanted' })).decisions[0].decisionId;
    const ids = [await wanted(visitor)];
    await expect.poll(heard).toEqual(ids);
    await tab.locator('#offer', { hasText: 'Dear visitor' }).waitFor();
    const look = (isHidden: boolean) =>
      tab.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await look(true);
    ids.push(await wanted(visitor));
    // Answered here, it comes by the stream as well.
    ids.push(
      await tab.evaluate(
        async () => (await proffer.track('Popup Wanted')).decisions[0]!.decisionId,
      ),
    );
    await look(false);
    await expect.poll(async () => (await heard()).toSorted()).toEqual(ids.toSorted());
    // Logged in, it is the customer’s stream, and their token may be over.
    shop.token = { userId: 'zhang', ttl: '2s' };
    await tab.evaluate(async () => {
      const token = async (): Promise<Token> => (await fetch('/token')).json();
      await proffer.identify('zhang', { name: 'Zhang' }, { token });
    });
    for (let n = 0; n < 2; n++) {
      shop.tokensAsked = 0;
      ids.push(await wanted({ userId: 'zhang' }));
      await expect.poll(async () => (await heard()).toSorted()).toEqual(ids.toSorted());
      await tab.locator('#offer', { hasText: 'Dear Zhang' }).waitFor();
      if (n === 0)
        await expect.poll(() => shop.tokensAsked, { timeout: 60_000 }).toBeGreaterThan(0);
    }
    expect(complaints.filter((line) => !line.includes('401'))).toEqual([]);
  });
}
