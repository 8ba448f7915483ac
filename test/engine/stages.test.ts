import { describe, expect, it } from 'vitest';
import { murmur3 } from '../../src/model/hash.ts';
import { cap, DAY, HOUR, type Parts, START } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const one = (offer: NonNullable<Parts['offers']>[string], more: Parts = {}): Parts => ({
  placements: { home: { channel: 'app' } },
  offers: { deal: { in: ['home'], ...offer } },
  ...more,
});

const decided = (parts: Parts) => only(new Customer(parts).decide(['home']));

describe('the stages that can refuse an offer', () => {
  it('chooses an offer that nothing refuses, with its score and terms', () => {
    const decision = decided(one({ propensity: 0.5, value: 30 }));
    expect(offersOf(decision)).toEqual(['deal']);
    expect(decision.candidates).toEqual([
      {
        offerId: 'deal',
        stage: 'limit',
        reason: 'chosen',
        score: 15,
        terms: { propensity: 0.5, value: 30, context: 1, lever: 1 },
      },
    ]);
    expect(decision).toMatchObject({ fallback: false, holdout: false, trigger: null });
  });

  const refusals: [string, NonNullable<Parts['offers']>[string]][] = [
    ['dates/not_started', { startsAtMs: START + 1 }],
    ['dates/ended', { endsAtMs: START }],
    ['eligibility/ineligible', { eligibility: () => false }],
    ['eligibility/ineligible', { eligibility: () => undefined }],
    ['applicability/not_applicable', { applicability: () => false }],
    ['suitability/unsuitable', { suitability: () => false }],
    ['caps/capped', { caps: [cap(0)] }],
    ['arbitration/score_unknown', { value: () => undefined }],
    ['arbitration/score_unknown', { value: -1 }],
    ['arbitration/score_unknown', { value: Number.POSITIVE_INFINITY }],
    ['arbitration/score_unknown', { value: () => 'much' }],
    ['limit/chosen', { startsAtMs: START, endsAtMs: START + 1, value: 0 }],
  ];
  it.each(refusals)('gives %s', (fate, offer) => {
    const decision = decided(one(offer));
    expect(fateOf(decision, 'deal')).toBe(fate);
    expect(offersOf(decision)).toEqual(fate === 'limit/chosen' ? ['deal'] : []);
    expect(decision.candidates[0]!.score === null).toBe(fate !== 'limit/chosen');
  });

  it.each([
    [
      { propensity: 0.5, value: () => undefined },
      { propensity: 0.5, value: null },
    ],
    [
      { propensity: () => 'much', value: 30 },
      { propensity: null, value: 30 },
    ],
    [
      { value: Number.POSITIVE_INFINITY, propensity: 0 },
      { propensity: 0, value: null },
    ],
    [{ value: -1 }, { propensity: 1, value: -1 }],
    [
      { propensity: 1e200, value: 1e200 },
      { propensity: 1e200, value: 1e200 },
    ],
  ])('shows the terms that are known when there is no score: %o', (offer, terms) => {
    const [candidate] = decided(one(offer)).candidates;
    expect(candidate).toMatchObject({ reason: 'score_unknown', score: null });
    expect(candidate!.terms).toEqual({ ...terms, context: 1, lever: 1 });
  });

  it('stops at the first stage that refuses, in the order of the language', () => {
    const order = [
      ['dates', { endsAtMs: 0 }],
      ['eligibility', { eligibility: () => false }],
      ['applicability', { applicability: () => false }],
      ['suitability', { suitability: () => false }],
      ['caps', { caps: [cap(0)] }],
      ['contact_policy', {}],
      ['arbitration', { value: -1 }],
    ] as const;
    for (let first = 0; first < order.length; first++) {
      const offer = Object.assign({}, ...order.slice(first).map(([, part]) => part));
      const contactPolicy = first <= 5 ? [{ max: 0, windowMs: DAY, channels: ['app'] }] : undefined;
      const decision = decided(one(offer, contactPolicy === undefined ? {} : { contactPolicy }));
      expect(decision.candidates[0]!.stage).toBe(order[first]![0]);
    }
  });

  it('counts what was unknown', () => {
    const customer = new Customer(
      one({ eligibility: () => undefined }, { placements: { home: { when: () => true } } }),
    );
    customer.decide(['home']);
    expect(customer.program.counters.conditionsUnknown).toBe(1);
    const other = new Customer(one({ value: () => undefined }));
    other.decide(['home']);
    expect(other.program.counters.scoresUnknown).toBe(1);
  });
});

describe('a closed placement', () => {
  const closed = (placement: NonNullable<Parts['placements']>[string]): Parts => ({
    consent: { marketing: false },
    placements: { home: { fallback: 'hello', ...placement } },
    offers: { deal: { in: ['home'] }, hello: { in: ['home'] } },
  });

  it('refuses everything, the fallback too, without consent', () => {
    const decision = decided(closed({ consent: 'marketing' }));
    expect(offersOf(decision)).toEqual([]);
    expect(fateOf(decision, 'deal')).toBe('placement/no_consent');
    expect(fateOf(decision, 'hello')).toBe('placement/no_consent');
    expect(decision.fallback).toBe(false);
  });

  it('opens when the customer consents, on any call', () => {
    const customer = new Customer(closed({ consent: 'marketing' }));
    const context = { consent: { categoryPreferences: { marketing: true } } };
    customer.track('Anything', {}, { context });
    expect(offersOf(only(customer.decide(['home'])))).toEqual(['deal']);
  });

  it('refuses everything when its condition is not true', () => {
    for (const when of [() => false, () => undefined]) {
      expect(fateOf(decided(closed({ when })), 'deal')).toBe('placement/placement_closed');
    }
  });
});

describe('ranking', () => {
  const offers = (values: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { in: ['home'], value }]),
    );

  it('returns the best by score, up to the limit, the rest outranked', () => {
    const decision = decided({
      placements: { home: { limit: 2 } },
      offers: offers({ a: 1, b: 3, c: 2, d: 0 }),
    });
    expect(offersOf(decision)).toEqual(['b', 'c']);
    expect(fateOf(decision, 'a')).toBe('limit/outranked');
    expect(fateOf(decision, 'd')).toBe('limit/outranked');
    expect(decision.candidates.map((c) => c.offerId)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes the smaller of the request and the placement as limit', () => {
    const customer = new Customer({
      placements: { home: { limit: 2 } },
      offers: offers({ a: 1, b: 3, c: 2 }),
    });
    expect(offersOf(only(customer.decide(['home'], { limit: 1 })))).toEqual(['b']);
    expect(offersOf(only(customer.decide(['home'], { limit: 9 })))).toEqual(['b', 'c']);
  });

  it('breaks ties by the smaller hash of customer and offer', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ['u1', 'u2', 'u3', 'é']) {
      const parts = {
        placements: { home: { limit: 5 } },
        offers: offers(Object.fromEntries(names.map((name) => [name, 1]))),
      };
      const expected = [...names].sort((x, y) => murmur3(`${id}:${x}`) - murmur3(`${id}:${y}`));
      expect(offersOf(only(new Customer(parts, id).decide(['home'])))).toEqual(expected);
    }
  });
});

describe('expiry', () => {
  const expiry = (offer: NonNullable<Parts['offers']>[string]) =>
    decided(one(offer)).offers[0]!.expiresAtMs;

  it('is the earlier of expires and ends, null without either', () => {
    expect(expiry({})).toBeNull();
    expect(expiry({ expires: { kind: 'after', ms: HOUR } })).toBe(START + HOUR);
    expect(expiry({ endsAtMs: START + 5 })).toBe(START + 5);
    expect(expiry({ endsAtMs: START + 5, expires: { kind: 'after', ms: HOUR } })).toBe(START + 5);
  });

  it('ends with the local day', () => {
    expect(expiry({ expires: { kind: 'end_of_day' } })).toBe(Date.UTC(2026, 10, 22, 16));
  });
});

describe('the fallback', () => {
  const parts = (placement: object, deal: object = { eligibility: () => false }): Parts => ({
    placements: { home: { channel: 'app', fallback: 'hello', ...placement } },
    offers: {
      hello: { in: ['home'], endsAtMs: 0, eligibility: () => false, value: -1, caps: [cap(0)] },
      deal: { in: ['home'], ...deal },
    },
  });

  it('is offered when nothing was chosen, whatever its own rules say', () => {
    const decision = decided(parts({}));
    expect(offersOf(decision)).toEqual(['hello']);
    expect(decision).toMatchObject({ fallback: true, holdout: false });
    expect(fateOf(decision, 'hello')).toBe('limit/fallback');
    expect(decision.offers[0]!.expiresAtMs).toBeNull();
  });

  it('is no candidate', () => {
    const decision = decided(parts({}, {}));
    expect(offersOf(decision)).toEqual(['deal']);
    expect(fateOf(decision, 'hello')).toBeNull();
  });

  it('counts as a contact and is refused by the contact policy', () => {
    const customer = new Customer({
      ...parts({}),
      contactPolicy: [{ max: 2, windowMs: DAY, channels: ['app'] }],
    });
    const answers = [1, 2, 3].map(() => only(customer.decide(['home'])));
    expect(answers.map((d) => d.fallback)).toEqual([true, true, false]);
    expect(fateOf(answers[2]!, 'hello')).toBe('contact_policy/contact_policy');
    expect(offersOf(answers[2]!)).toEqual([]);
    expect(customer.state.caps.size).toBe(0);
  });
});
