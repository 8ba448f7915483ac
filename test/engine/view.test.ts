import { describe, expect, it } from 'vitest';
import { refusal } from '../../src/engine/refusal.ts';
import { emptyState } from '../../src/model/state.ts';
import { Instant, Span } from '../../src/model/value.ts';
import { DAY, HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { Customer, only } from './support/customer.ts';

describe('the customer as shown', () => {
  it('has times as ISO 8601, keyed features as objects, absent as null', () => {
    const customer = new Customer({
      features: {
        last_seen: { kind: 'last', on: '*' },
        last_order: { kind: 'last', on: 'Order' },
        by_sku: { kind: 'count', on: 'View', by: 'properties.sku', windowMs: HOUR },
        spend: { kind: 'sum', on: 'Order', value: 'properties.total' },
        soon: { kind: 'formula', formula: (s) => new Instant(s.nowMs + 1) },
        pause: { kind: 'formula', formula: () => new Span(90_000) },
        odd: { kind: 'formula', formula: () => Number.NaN },
        list: { kind: 'formula', formula: () => [1, { a: new Instant(0) }] },
      },
    });
    customer.track('View', { sku: 'a' });
    customer.track('View', { sku: '__proto__' });
    const { features } = customer.view();
    expect(features).toMatchObject({
      last_seen: '2026-11-22T02:00:00.000Z',
      last_order: null,
      spend: 0,
      soon: '2026-11-22T02:00:00.001Z',
      pause: 90,
      odd: null,
      list: [1, { a: '1970-01-01T00:00:00.000Z' }],
    });
    expect(JSON.stringify(features.by_sku)).toBe('{"a":1,"__proto__":1}');
  });

  it('is evaluated at the time of the request, never before the state', () => {
    const customer = new Customer({
      features: { recent: { kind: 'count', on: 'View', windowMs: HOUR } },
    });
    customer.track('View');
    customer.wait(2 * HOUR);
    expect(customer.view().features).toEqual({ recent: 0 });
    customer.wait(-3 * HOUR);
    expect(customer.view().features).toEqual({ recent: 1 });
  });

  it('lists recent decisions, newest first, with what was reported of them', () => {
    const customer = new Customer({
      placements: { home: {} },
      offers: { deal: { in: ['home'] } },
    });
    const first = only(customer.decide(['home']));
    const second = only(customer.wait(MINUTE).decide(['home']));
    customer.outcome(first, 'deal', 'click');
    customer.outcome(first, 'deal', 'impression');
    expect(customer.view().recentDecisions).toEqual([
      expect.objectContaining({
        decisionId: second.decisionId,
        offers: [{ offerId: 'deal', outcomes: [] }],
      }),
      {
        decisionId: first.decisionId,
        placement: 'home',
        trigger: null,
        decidedAt: '2026-11-22T02:00:00.000Z',
        fallback: false,
        holdout: false,
        offers: [{ offerId: 'deal', outcomes: ['impression', 'click'] }],
      },
    ]);
  });

  it('of a customer never seen is that of a new one', () => {
    const customer = new Customer({ features: { orders: { kind: 'count', on: 'Order' } } });
    expect(customer.view()).toEqual({
      customerId: 'u1',
      aliases: [],
      traits: {},
      features: { orders: 0 },
      segments: {},
      consent: {},
      recentDecisions: [],
    });
  });
});

describe('the clock of a step', () => {
  it('never goes back, and no event is later than it', () => {
    const customer = new Customer({ features: { last: { kind: 'last', on: '*' } } });
    customer.track('X');
    const back = customer.wait(-HOUR).track('X');
    expect(back.state.asOfMs).toBe(START);
    const early = new Customer({ features: { last: { kind: 'last', on: '*' } } });
    early.track('X', {}, { at: START + DAY });
    expect(early.view().features).toEqual({ last: new Date(START).toISOString() });
  });

  it('of an import is the event, where that is later than the state', () => {
    const customer = new Customer({
      features: { week: { kind: 'count', on: 'X', windowMs: 7 * DAY } },
      triggers: { t: { on: 'X', when: (s) => s.feature(0) === 2, cooldownMs: DAY } },
    });
    const at = (days: number) => ({ nowMs: START - days * DAY, live: false });
    const fired = [30, 20, 19, 3].map((days) => customer.track('X', {}, at(days)).firings.length);
    expect(fired).toEqual([0, 0, 1, 0]);
    expect(customer.state.asOfMs).toBe(START - 3 * DAY);
  });
});

describe('the contract', () => {
  it('is what the catalog says of the event, and nothing of other calls', () => {
    const fault = { path: 'properties.sku', message: 'missing' };
    const { program } = new Customer({
      events: new Map([['View', (event) => ('sku' in event.properties ? null : fault)]]),
    });
    const stimulus = (name: string, properties: object) =>
      ({ kind: 'event', event: { name, properties }, outcome: null }) as never;
    expect(refusal(program, emptyState('u1'), stimulus('View', {}), 0)).toMatchObject({
      kind: 'refused',
      code: 'invalid_event',
      ...fault,
    });
    expect(refusal(program, emptyState('u1'), stimulus('View', { sku: 1 }), 0)).toBeNull();
    expect(refusal(program, emptyState('u1'), stimulus('Other', {}), 0)).toBeNull();
  });
});
