// Budgets in the engine: where the stage stands, what is a grant, and what one costs.

import { describe, expect, it } from 'vitest';
import { KnownLeft, type Left } from '../../src/budgets/known-left.ts';
import type { KnownBudgets } from '../../src/model/budget.ts';
import type { OfferBudget } from '../../src/model/catalog.ts';
import type { Value } from '../../src/model/value.ts';
import { cap, DAY, HOUR, type Parts, START } from './support/catalog-builder.ts';
import { Customer, type Done, fateOf, offersOf, only } from './support/customer.ts';

const budget = (over: Partial<OfferBudget> = {}): OfferBudget => ({
  ...{ grants: 5, perDay: null, cents: null, each: null },
  ...over,
});
const paid = (each: Value | undefined): OfferBudget =>
  budget({ grants: null, cents: 1_000, each: () => each });

const shop = (offer: NonNullable<Parts['offers']>[string] = {}, more: Parts = {}): Parts => ({
  placements: { home: { channel: 'app' }, popup: { channel: 'web' } },
  offers: {
    gift: { in: ['home', 'popup'], value: 2, budget: budget(), ...offer },
    plain: { in: ['home', 'popup'], value: 1 },
  },
  ...more,
});

const left = (of: Record<string, Partial<Left>>): KnownBudgets =>
  new KnownLeft(
    new Map(
      Object.entries(of).map(([offer, has]) => [
        offer,
        { grants: Number.POSITIVE_INFINITY, cents: Number.POSITIVE_INFINITY, ...has },
      ]),
    ),
  );
const SPENT = left({ gift: { grants: 0 } });
const grantsOf = (done: Done) => done.grants.map(({ offer, cents }) => `${offer} ${cents}`);

describe('the stage of budgets', () => {
  it('refuses what is known to be spent, and the next best is decided', () => {
    const decision = only(new Customer(shop()).decide(['home'], { budgets: SPENT }));
    expect(offersOf(decision)).toEqual(['plain']);
    expect(decision.candidates[0]).toEqual({
      ...{ offerId: 'gift', stage: 'budget', reason: 'budget_exhausted', score: null },
      terms: null,
    });
    expect(decision.grants).toEqual([]);
  });

  it.each<[string, NonNullable<Parts['offers']>[string], Parts]>([
    ['caps/capped', { caps: [cap(0)] }, {}],
    [
      'contact_policy/contact_policy',
      {},
      { contactPolicy: [{ max: 0, windowMs: HOUR, channels: ['app'] }] },
    ],
    ['suitability/unsuitable', { suitability: () => false }, {}],
    ['budget/budget_exhausted', { value: -1 }, {}],
  ])('comes after the contact policy and before arbitration: %s', (fate, offer, more) => {
    const decision = only(new Customer(shop(offer, more)).decide(['home'], { budgets: SPENT }));
    expect(fateOf(decision, 'gift')).toBe(fate);
  });

  it('takes nothing of a budget for an offer that has none', () => {
    const done = new Customer(shop({ budget: null })).decide(['home'], { budgets: SPENT });
    expect([offersOf(only(done)), done.grants]).toEqual([['gift'], []]);
  });
});

describe('a grant', () => {
  it('is an offer that is chosen and returned, with the day of the catalog’s timezone', () => {
    const customer = new Customer(shop());
    const done = customer.decide(['home']);
    const { grants, perDay, cents } = budget();
    const grant = { offer: 'gift', limits: { grants, perDay, cents }, cents: 0 };
    expect(done.grants).toMatchObject([grant]);
    expect(only(done).grants).toEqual(done.grants);
    // 10:00 in Shanghai: its day ends 14 hours later.
    const day = Math.floor((START + 8 * HOUR) / DAY);
    expect(done.grants[0]!.day).toBe(day);
    customer.wait(14 * HOUR - 1);
    expect(customer.decide(['home']).grants[0]!.day).toBe(day);
    customer.wait(1);
    expect(customer.decide(['home']).grants[0]!.day).toBe(day + 1);
  });

  it('is none where the offer is outranked', () => {
    const done = new Customer(shop({ value: 0.5 })).decide(['home']);
    expect([offersOf(only(done)), done.grants]).toEqual([['plain'], []]);
  });

  it('counts before the next placement is decided, each time it wins', () => {
    const one = left({ gift: { grants: 1 } });
    const two = new Customer(shop()).decide(['home', 'popup']);
    expect(grantsOf(two)).toEqual(['gift 0', 'gift 0']);
    expect(two.decisions.map(({ grants }) => grants.length)).toEqual([1, 1]);
    const done = new Customer(shop()).decide(['home', 'popup'], { budgets: one });
    expect(done.decisions.map(offersOf)).toEqual([['gift'], ['plain']]);
    expect(done.decisions.map(({ grants }) => grants.length)).toEqual([1, 0]);
    expect(grantsOf(done)).toEqual(['gift 0']);
  });

  it('is one for each of several triggers that an event fires', () => {
    const triggers = {
      first: { on: 'Clicked', decide: ['home'] },
      second: { on: 'Clicked', decide: ['popup'] },
    };
    const one = left({ gift: { grants: 1 } });
    const done = new Customer(shop({}, { triggers })).track('Clicked', {}, { budgets: one });
    expect(done.decisions.map(offersOf)).toEqual([['gift'], ['plain']]);
    expect(grantsOf(done)).toEqual(['gift 0']);
  });

  it('is one for each offer of a placement that takes several', () => {
    const parts = shop({}, { placements: { home: { limit: 2 } } });
    const offers = { ...parts.offers, plain: { ...parts.offers!.plain, budget: paid(2.5) } };
    const done = new Customer({ ...parts, offers }).decide(['home']);
    expect(grantsOf(done)).toEqual(['gift 0', 'plain 250']);
    const asked = new Customer({ ...parts, offers }).decide(['home'], { limit: 1 });
    expect(grantsOf(asked)).toEqual(['gift 0']);
  });

  it('is none in a holdout, and none as a fallback', () => {
    const heldOut = shop({}, { placements: { home: { holdout: 10_000 } } });
    const held = new Customer(heldOut).decide(['home']);
    expect([only(held).holdout, held.grants]).toEqual([true, []]);
    const placements = { home: { fallback: 'gift' } };
    const offers = { gift: { in: ['home'], budget: budget() } };
    const fallen = new Customer({ placements, offers }).decide(['home'], { budgets: SPENT });
    expect([only(fallen).fallback, offersOf(only(fallen)), fallen.grants]).toEqual([
      ...[true, ['gift'], []],
    ]);
  });

  it('is none of an import, whatever is spent by now', () => {
    const triggers = { clicked: { on: 'Clicked', decide: ['home'] } };
    const customer = new Customer(shop({ budget: paid(undefined) }, { triggers }));
    const done = customer.track('Clicked', {}, { live: false, budgets: SPENT });
    for (const decision of done.decisions) expect(offersOf(decision)).toEqual(['gift']);
    expect(done.grants).toEqual([]);
  });

  it('is told of a question that is not recorded: the pipeline looks whether it can be had', () => {
    expect(grantsOf(new Customer(shop()).decide(['home'], { record: false }))).toEqual(['gift 0']);
  });
});

describe('money', () => {
  it.each<[Value | undefined, number]>([
    [0, 0],
    [5, 500],
    [0.01, 1],
    [0.29, 29],
    [1.005, 100],
    [1.015, 101],
    [0.004, 0],
    [0.005, 1],
    [1.1, 110],
    [90_071_992_547_409, 9_007_199_254_740_900],
  ])('is spent to the nearest hundredth: %s', (each, cents) => {
    const done = new Customer(shop({ budget: paid(each) })).decide(['home']);
    expect(grantsOf(done)).toEqual([`gift ${cents}`]);
  });

  it.each<[Value | undefined]>([
    [undefined],
    ['5'],
    [true],
    [-0.01],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [1e14],
  ])('is refused where nobody can say what a grant costs: %s', (each) => {
    const done = new Customer(shop({ budget: paid(each) })).decide(['home']);
    expect([fateOf(only(done), 'gift'), done.grants]).toEqual(['budget/budget_exhausted', []]);
  });

  it('is spent placement by placement, as long as it lasts', () => {
    const done = new Customer(shop({ budget: paid(3) })).decide(['home', 'popup'], {
      budgets: left({ gift: { cents: 599 } }),
    });
    expect(done.decisions.map(offersOf)).toEqual([['gift'], ['plain']]);
    expect(grantsOf(done)).toEqual(['gift 300']);
    const enough = new Customer(shop({ budget: paid(3) })).decide(['home', 'popup'], {
      budgets: left({ gift: { cents: 600 } }),
    });
    expect(grantsOf(enough)).toEqual(['gift 300', 'gift 300']);
  });
});

describe('what a run took before', () => {
  it('is not there for its later steps', () => {
    const known = left({ gift: { grants: 2, cents: 1_000 } });
    const customer = new Customer(shop({ budget: paid(4) }));
    const first = customer.decide(['home'], { budgets: known });
    const second = customer.decide(['home'], { budgets: known.after(first.grants) });
    const taken = [...first.grants, ...second.grants];
    const third = customer.decide(['home'], { budgets: known.after(taken) });
    expect([first, second, third].map((done) => offersOf(only(done))[0])).toEqual([
      ...['gift', 'gift', 'plain'],
    ]);
    expect(known.after([])).toBe(known);
  });
});
