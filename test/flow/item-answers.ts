// Answers about items and lists, for the test that holds all answers against the OpenAPI document.

import { expect, it } from 'vitest';
import type { Ask, Json } from '../support/composed-gateways.ts';

/** Sends, holds the answer against the document, and returns its JSON. */
type AskFor = (status: number, method: string, path: string, asked?: Ask) => Promise<Json>;

const IDS = ['p1', '__proto__', '🛍 ➜', 'a/b%2F?c', '0'];

/** Declares the tests. */
export function itemAnswers(ask: AskFor): void {
  it('to items, put, replaced and deleted, whatever they are called', async () => {
    const key = 'catalog';
    const full = {
      ...{ name: 'Tee', category: 'tops', brand: 'b', price: 12.5, inStock: false, tags: ['new'] },
      ...{ accessories: ['p2'], properties: { colour: 'red', deep: [{ a: 1 }] } },
      ...{ starts: '2026-11-01T00:00:00.000Z', ends: '2026-12-01T00:00:00.000Z' },
    };
    const items = IDS.map((itemId) => ({ itemId, ...full }));
    expect(await ask(200, 'PUT', '/v1/items', { body: { items }, key })).toEqual({ items: 5 });
    for (const itemId of IDS) {
      const path = `/v1/items/${encodeURIComponent(itemId)}`;
      expect(await ask(200, 'GET', path)).toEqual({ itemId, ...full });
      const body = { items: [{ itemId, price: 3 }] };
      await ask(200, 'PUT', '/v1/items', { body });
      expect(await ask(200, 'GET', path, { key })).toEqual({ itemId, price: 3, inStock: true });
      expect(await ask(200, 'DELETE', path, { key })).toEqual({ itemId, deleted: true });
      expect((await ask(404, 'GET', path)).error.code).toBe('unknown_item');
      await ask(404, 'DELETE', path);
    }
  });

  it('to items that are refused', async () => {
    const body = { items: [{ itemId: 'p1' }, { itemId: 'p2', price: '12' }] };
    const { error } = await ask(400, 'PUT', '/v1/items', { body });
    expect([error.code, error.path]).toEqual(['invalid_request', 'items[1].price']);
    await ask(404, 'GET', '/v1/items/p1');
    const many = Array.from({ length: 501 }, (_, i) => ({ itemId: `p${i}` }));
    expect((await ask(400, 'PUT', '/v1/items', { body: { items: many } })).error.path).toBe(
      'items',
    );
    const large = JSON.stringify({ items: 'x'.repeat(5_000_000) });
    await ask(413, 'PUT', '/v1/items', { body: large });
    await ask(400, 'PUT', '/v1/items', { body: '{' });
    await ask(400, 'GET', '/v1/items/%ff');
    await ask(404, 'GET', `/v1/items/${'x'.repeat(2_000)}`);
    await ask(405, 'POST', '/v1/items', { body });
    for (const [method, path] of [
      ['PUT', '/v1/items'],
      ['GET', '/v1/items/p1'],
      ['DELETE', '/v1/items/p1'],
    ] as const) {
      const asked = method === 'PUT' ? { body } : {};
      await ask(401, method, path, { ...asked, key: 'none' });
      await ask(403, method, path, { ...asked, key: 'write' });
    }
  });

  it('to a list of a recommender that there is not', async () => {
    const body = { userId: 'nobody', recommender: 'none_such', seed: '🛍' };
    const { error } = await ask(400, 'POST', '/v1/recommend', { body, key: 'write' });
    expect([error.code, error.path]).toEqual(['unknown_recommender', 'recommender']);
    await ask(403, 'POST', '/v1/recommend', { body: { ...body, explain: true }, key: 'write' });
    await ask(401, 'POST', '/v1/recommend', { body, key: 'none' });
  });
}
