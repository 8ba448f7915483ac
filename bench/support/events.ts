// A seeded stream of shop events, the same for every run.

import type { JsonObject } from '../../src/model/json.ts';

/** Mulberry32: a small seeded generator of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PRODUCTS_EACH = 8;
const CATEGORIES = ['phone', 'yoghurt', 'audio', 'books', 'toys'];

/** One `track` body: mostly views, some baskets, orders, shelves, scans and log-ins. */
export function shopEvent(random: () => number, customers: number, serial: number): JsonObject {
  const customer = Math.floor(random() * customers);
  // People come back to what they look at: a few products each, of the shop's 500.
  const index = (customer * 7 + Math.floor(random() * PRODUCTS_EACH)) % 500;
  const category = CATEGORIES[index % CATEGORIES.length]!;
  const product = `p${index}`;
  const base = { userId: `u${customer}`, messageId: `m${serial}` };
  const context = { channel: random() < 0.5 ? 'web' : 'app' };
  const dice = random();
  if (dice < 0.7) {
    const properties = { product_id: product, category, name: product.toUpperCase(), price: 99 };
    return { ...base, event: 'Product Viewed', properties, context };
  }
  if (dice < 0.8) {
    return {
      ...base,
      event: 'Product Added',
      properties: { product_id: product, category },
      context,
    };
  }
  if (dice < 0.87) {
    const total = Math.round(random() * 20_000) / 100;
    const products = [{ product_id: product, category, brand: 'b1', product_type: category }];
    return {
      ...base,
      event: 'Order Completed',
      properties: { order_id: `o${serial}`, total, products },
    };
  }
  if (dice < 0.92) return { ...base, event: 'Shelf Approached', properties: { category } };
  if (dice < 0.96)
    return { ...base, event: 'Card Scanned', properties: { store_id: 's1', till: '3' } };
  return { ...base, event: 'Signed In', properties: {} };
}

/** A ready HTTP request. */
export function httpRequest(path: string, body: string, key: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
