// `where` of features, and what expressions read of an event, under catalogs in their own language.

import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { HOUR } from './support/catalog-builder.ts';
import { Customer } from './support/customer.ts';

function catalog(text: string): Catalog {
  const result = compileCatalog([{ path: 'catalog.yaml', text: `catalog: t\n${text}` }]);
  if (!result.ok) throw new Error(result.faults.map((f) => f.message).join('\n'));
  return result.catalog;
}

describe('`where` of a feature', () => {
  it('reads the customer as of just before the event', () => {
    const customer = new Customer(
      catalog(`
consent: { marketing: { default: denied } }
features:
  orders:    { count: Order }
  repeats:   { count: Order, where: orders >= 1 }
  gold:      { sum: properties.total, of: Order, where: "traits.tier == 'gold'" }
  returns:   { count: Order, where: segment.silent }
  agreed:    { count: Order, where: consent.marketing }
  last:      { last: Order }
segments:
  silent: since(last) > duration('1h')
`),
    );
    customer.track('Order', { total: 1 });
    expect(customer.view().features).toMatchObject({ orders: 1, repeats: 0, gold: 0, returns: 0 });
    customer.identify({ tier: 'gold' });
    const context = { consent: { categoryPreferences: { marketing: true } } };
    customer.wait(2 * HOUR).track('Order', { total: 2 }, { context });
    expect(customer.view().features).toMatchObject({
      ...{ orders: 2, repeats: 1, gold: 2, returns: 1, agreed: 1 },
    });
  });

  it('reads the traits that an identify states, not those it replaces', () => {
    const upgrades = '{ count: $identify, where: "traits.tier == event.traits.tier" }';
    const customer = new Customer(catalog(`features: { upgrades: ${upgrades} }`));
    customer.identify({ tier: 'gold' });
    expect(customer.view().features.upgrades).toBe(1);
  });
});

describe('the event in expressions', () => {
  it('has the name of a page, and what selects it', () => {
    const customer = new Customer(
      catalog(`
features:
  pricing: { count: $page, where: "event.name == 'Pricing'" }
  pages:   { count: "*", where: "event.event == '$page' && event.type == 'page'" }
  orders:  { count: "*", where: "event.name == 'Order' && event.event == 'Order'" }
  named:   { count: "*", where: "event.userId == 'u1' && !known(event.anonymousId)" }
`),
    );
    const page = { type: 'page', name: '$page' } as const;
    customer.send({ ...page, label: 'Pricing' }, null, {});
    customer.send({ ...page, label: null }, null, {});
    customer.track('Order');
    expect(customer.view().features).toEqual({ pricing: 1, pages: 2, orders: 1, named: 3 });
  });
});

describe('`before` in a trigger', () => {
  it('has the consent of before the event', () => {
    const customer = new Customer(
      catalog(`
consent: { marketing: { default: denied } }
placements: { web: {} }
triggers:
  agreed: { on: $page, when: consent.marketing && !before.consent.marketing, decide: web }
`),
    );
    const context = { consent: { categoryPreferences: { marketing: true } } };
    const page = { type: 'page', name: '$page' } as const;
    expect(customer.send(page, null, {}).firings).toHaveLength(0);
    expect(customer.send({ ...page, context }, null, {}).firings).toHaveLength(1);
    expect(customer.send({ ...page, context }, null, {}).firings).toHaveLength(0);
  });
});
