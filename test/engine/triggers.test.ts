import { describe, expect, it } from 'vitest';
import type { Scope } from '../../src/model/value.ts';
import { DAY, HOUR, MINUTE, type Parts, START } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const shop = (triggers: NonNullable<Parts['triggers']>, more: Parts = {}): Parts => ({
  placements: { home: {}, popup: {} },
  offers: { deal: { in: ['home', 'popup'] }, gift: { in: ['home', 'popup'] } },
  triggers,
  ...more,
});

const firings = (customer: Customer, name: string, properties = {}, options = {}) =>
  customer.track(name, properties, options).firings.map((f) => [f.trigger, f.key]);

describe('which triggers fire', () => {
  it('those that select the event, in definition order', () => {
    const customer = new Customer(
      shop({
        any: { on: '*', decide: ['home'] },
        view: { on: ['Viewed', 'Seen'], decide: ['home'] },
        person: { on: '$identify', decide: ['home'] },
      }),
    );
    expect(firings(customer, 'Viewed')).toEqual([
      ['any', null],
      ['view', null],
    ]);
    expect(firings(customer, 'Seen')).toHaveLength(2);
    expect(firings(customer, 'viewed')).toEqual([['any', null]]);
    expect(customer.identify({}).firings.map((f) => f.trigger)).toEqual(['person']);
    const page = { type: 'page', name: '$page' } as const;
    expect(customer.send(page, null, {}).firings.map((f) => f.trigger)).toEqual(['any']);
    const group = { type: 'group', name: '$group' } as const;
    expect(customer.send(group, null, {}).firings).toEqual([]);
  });

  it('only where the condition is true: unknown is no match', () => {
    for (const [held, fires] of [
      [true, 1],
      [false, 0],
      [undefined, 0],
    ] as const) {
      const customer = new Customer(shop({ t: { on: 'X', when: () => held, decide: ['home'] } }));
      expect(customer.track('X').firings).toHaveLength(fires);
    }
  });

  it('on state that already includes the event, with `before` just without it', () => {
    const readings: unknown[] = [];
    const customer = new Customer(
      shop(
        {
          t: {
            on: '*',
            decide: ['home'],
            when: (s: Scope) => {
              readings.push([s.before.feature(0), s.feature(0), s.before.segment(0), s.segment(0)]);
              return false;
            },
          },
        },
        {
          features: { views: { kind: 'count', on: 'X' } },
          segments: { fan: { condition: (s) => Number(s.feature(0)) >= 2, featureSlots: [0] } },
        },
      ),
    );
    for (let i = 0; i < 3; i++) customer.track('X');
    expect(readings).toEqual([
      [0, 1, false, false],
      [1, 2, false, true],
      [2, 3, true, true],
    ]);
  });

  it('not on live events older than max_age, but on imported ones', () => {
    const customer = new Customer(
      shop(
        { t: { on: 'X', decide: ['home'], maxAgeMs: HOUR } },
        {
          features: { seen: { kind: 'count', on: 'X' } },
        },
      ),
    );
    expect(firings(customer, 'X', {}, { at: START - HOUR })).toHaveLength(1);
    expect(firings(customer, 'X', {}, { at: START - HOUR - 1 })).toHaveLength(0);
    expect(firings(customer, 'X', {}, { at: START - 9 * DAY, live: false })).toHaveLength(1);
    expect(customer.view().features).toEqual({ seen: 3 });
  });

  it('never when only the state is to be updated', () => {
    const customer = new Customer(
      shop(
        { t: { on: 'X', decide: ['home'], cooldownMs: DAY } },
        {
          features: { seen: { kind: 'count', on: 'X' } },
        },
      ),
    );
    const stepped = customer.track('X', {}, { decide: false });
    expect(stepped).toMatchObject({ firings: [], decisions: [], answer: '[]' });
    expect(customer.view().features).toEqual({ seen: 1 });
    expect(customer.track('X').firings).toHaveLength(1);
  });
});

describe('cooldowns', () => {
  it('end when exactly the cooldown has passed since the firing', () => {
    const customer = new Customer(shop({ t: { on: 'X', decide: ['home'], cooldownMs: DAY } }));
    expect(customer.track('X').firings).toHaveLength(1);
    expect(customer.wait(DAY - 1).track('X').firings).toHaveLength(0);
    expect(customer.wait(1).track('X').firings).toHaveLength(1);
    expect(customer.track('X').firings).toHaveLength(0);
  });

  it('start at the firing even when nothing could be offered', () => {
    const customer = new Customer(
      shop({ t: { on: 'X', decide: ['home'], cooldownMs: DAY } }, { offers: {} }),
    );
    const decision = only(customer.track('X'));
    expect(decision).toMatchObject({ trigger: 't', offers: [], candidates: [] });
    expect(customer.track('X').firings).toHaveLength(0);
  });

  it('run per value where there is a `per`, and a missing value does not fire', () => {
    const customer = new Customer(
      shop({ t: { on: 'X', decide: ['home'], cooldownMs: HOUR, per: 'properties.sku' } }),
    );
    expect(firings(customer, 'X', { sku: 'a' })).toEqual([['t', 'a']]);
    expect(firings(customer, 'X', { sku: 'a' })).toEqual([]);
    expect(firings(customer, 'X', { sku: 7 })).toEqual([['t', '7']]);
    expect(firings(customer, 'X', { sku: '7' })).toEqual([]);
    for (const sku of [null, {}, []]) expect(firings(customer, 'X', { sku })).toEqual([]);
    expect(firings(customer, 'X')).toEqual([]);
    const long = 'z'.repeat(5_000);
    expect(firings(customer, 'X', { sku: long })).toEqual([['t', long]]);
    expect(firings(customer, 'X', { sku: long })).toEqual([]);
    for (const key of customer.state.cooldowns.keys()) expect(key.length).toBeLessThan(100);
  });

  it('leave the state when they are over', () => {
    const customer = new Customer(
      shop({ t: { on: 'X', decide: ['home'], cooldownMs: HOUR, per: 'properties.sku' } }),
    );
    for (let i = 0; i < 200; i++) customer.wait(MINUTE).track('X', { sku: `s${i}` });
    expect(customer.state.cooldowns.size).toBe(60);
  });

  it('are never lost: beyond the limit a trigger does not fire', () => {
    const customer = new Customer(
      shop({ t: { on: 'X', decide: ['home'], cooldownMs: DAY, per: 'properties.sku' } }),
    );
    for (let i = 0; i < 512; i++) expect(firings(customer, 'X', { sku: `s${i}` })).toHaveLength(1);
    expect(firings(customer, 'X', { sku: 'more' })).toEqual([]);
    expect(firings(customer, 'X', { sku: 's0' })).toEqual([]);
    expect(customer.program.counters.firingsDropped).toBe(1);
    expect(firings(customer.wait(DAY), 'X', { sku: 'more' })).toHaveLength(1);
  });
});

describe('the decisions of one event', () => {
  it('are one per placement, over the union of what the firing triggers allow', () => {
    const customer = new Customer(
      shop(
        {
          first: { on: 'X', decide: ['home'], offers: ['deal'] },
          second: { on: 'X', decide: ['popup', 'home'], offers: ['gift'] },
        },
        {
          placements: { home: { limit: 2 }, popup: {} },
          offers: {
            deal: { in: ['home', 'popup'], value: 1 },
            gift: { in: ['home', 'popup'], value: 2 },
            other: { in: ['home', 'popup'], value: 9 },
          },
        },
      ),
    );
    const { decisions, firings: fired } = customer.track('X');
    expect(fired.map((f) => f.trigger)).toEqual(['first', 'second']);
    expect(decisions.map((d) => [d.placement, d.trigger, offersOf(d)])).toEqual([
      ['home', 'second', ['gift', 'deal']],
      ['popup', 'second', ['gift']],
    ]);
    expect(fateOf(decisions[0]!, 'other')).toBeNull();
  });

  it('name the first trigger that allows the winner, else the first', () => {
    const triggers = {
      first: { on: 'X', decide: ['home'], offers: ['deal'] },
      second: { on: 'X', decide: ['home'] },
    };
    const trigger = (deal: object, gift: object) =>
      only(
        new Customer(
          shop(triggers, {
            offers: { deal: { in: ['home'], ...deal }, gift: { in: ['home'], ...gift } },
          }),
        ).track('X'),
      ).trigger;
    expect(trigger({ value: 2 }, {})).toBe('first');
    expect(trigger({}, { value: 2 })).toBe('second');
    expect(trigger({ value: -1 }, { value: -1 })).toBe('first');
  });

  it('know the key of the firing that allows each offer', () => {
    const keys: Record<string, unknown> = {};
    const note = (name: string) => (s: Scope) => {
      keys[name] = s.firingKey;
      return true;
    };
    const customer = new Customer(
      shop(
        {
          a: { on: 'X', decide: ['home'], offers: ['deal'], per: 'properties.sku' },
          b: { on: 'X', decide: ['home'], offers: ['gift'] },
        },
        {
          offers: {
            deal: { in: ['home'], eligibility: note('deal') },
            gift: { in: ['home'], eligibility: note('gift') },
          },
        },
      ),
    );
    customer.track('X', { sku: 's1' });
    expect(keys).toEqual({ deal: 's1', gift: undefined });
  });

  it('are answered without candidates, in the documented shape', () => {
    const customer = new Customer(
      shop(
        { t: { on: 'X', decide: ['home'] } },
        {
          offers: {
            deal: {
              treatments: { home: { title: 'Hi', $kind: 'x', n: 1 } },
              expires: { kind: 'after', ms: HOUR },
            },
          },
        },
      ),
    );
    const stepped = customer.track('X');
    expect(JSON.parse(stepped.answer)).toEqual([
      {
        decisionId: only(stepped).decisionId,
        placement: 'home',
        trigger: 't',
        catalog: 'h1',
        fallback: false,
        holdout: false,
        offers: [
          {
            offerId: 'deal',
            treatment: { title: 'Hi', $kind: 'x', n: 1 },
            expiresAt: '2026-11-22T03:00:00.000Z',
          },
        ],
      },
    ]);
    expect(customer.track('Y').answer).toBe('[]');
  });

  it('carry what was given beside the state, and an id of their own', () => {
    const customer = new Customer(shop({ t: { on: 'X', decide: ['home', 'popup'] } }));
    const { decisions } = customer.track('X', {}, { context: { channel: 'app' } });
    const inputs = { context: { channel: 'app' }, budgets: null, lists: null };
    expect(decisions.map((d) => d.inputs)).toEqual([inputs, inputs]);
    expect(new Set(decisions.map((d) => d.decisionId)).size).toBe(2);
  });
});
