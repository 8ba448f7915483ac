// What customers do in a shop of few items: they look, take, and order; some before they log in.

import type { Random } from '../support/seeded.ts';

/** Call number n, as it is sent. */
export function shopping(random: Random, n: number): object {
  const one = () => `p${random.below(30)}`;
  const who = random.below(60);
  const [userId, anonymousId] = [`u${who}`, `a${who}`];
  const by = random();
  const names = by < 0.6 ? { userId } : by < 0.9 ? { anonymousId } : { userId, anonymousId };
  const call = { type: 'track', ...names, messageId: `m${n}` };
  const kind = random();
  if (kind < 0.6) {
    const properties = { product_id: one(), category: `c${random.below(4)}`, price: 5 };
    return { ...call, event: 'Product Viewed', properties };
  }
  if (kind < 0.8) return { ...call, event: 'Product Added', properties: { product_id: one() } };
  const products = Array.from({ length: 1 + random.below(4) }, () => ({ product_id: one() }));
  const properties = { order_id: `o${n}`, total: 10, products };
  return { ...call, event: 'Order Completed', properties };
}
