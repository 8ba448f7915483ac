import { describe, expect, it } from 'vitest';
import { cap, DAY, HOUR, type Parts } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const capped = (caps: ReturnType<typeof cap>[], more: Parts = {}): Parts => ({
  placements: { home: {}, popup: {} },
  offers: { deal: { in: ['home', 'popup'], caps } },
  ...more,
});

describe('caps', () => {
  it('count what was chosen and returned, for ever without a window', () => {
    const customer = new Customer(capped([cap(2)]));
    const answers = [1, 2, 3, 4].map(() =>
      offersOf(only(customer.wait(100 * DAY).decide(['home']))),
    );
    expect(answers).toEqual([['deal'], ['deal'], [], []]);
  });

  it('free a place when a decision is exactly a window old', () => {
    const customer = new Customer(capped([cap(1, HOUR)]));
    customer.decide(['home']);
    expect(fateOf(only(customer.wait(HOUR - 1).decide(['home'])), 'deal')).toBe('caps/capped');
    expect(fateOf(only(customer.wait(1).decide(['home'])), 'deal')).toBe('limit/chosen');
  });

  it('all hold at once, each over its own window', () => {
    const customer = new Customer(capped([cap(1, HOUR), cap(2, DAY)]));
    const at = (ms: number) => offersOf(only(customer.wait(ms).decide(['home']))).length;
    expect([at(0), at(HOUR), at(HOUR), at(22 * HOUR), at(HOUR)]).toEqual([1, 1, 0, 1, 1]);
  });

  it('of a thousand in a window are counted to the last', () => {
    const customer = new Customer(capped([cap(1_000, DAY)]));
    let chosen = 0;
    for (let i = 0; i < 1_010; i++) chosen += offersOf(only(customer.decide(['home']))).length;
    expect(chosen).toBe(1_000);
  });

  it('count over all placements, and before the next placement is decided', () => {
    const customer = new Customer(capped([cap(1)]));
    const { decisions } = customer.decide(['popup', 'home']);
    expect(decisions.map((d) => [d.placement, offersOf(d)])).toEqual([
      ['popup', ['deal']],
      ['home', []],
    ]);
  });

  it('let one offer win several placements', () => {
    const { decisions } = new Customer(capped([])).decide(['home', 'popup']);
    expect(decisions.map(offersOf)).toEqual([['deal'], ['deal']]);
  });

  it('count reported outcomes once per decision and kind', () => {
    const customer = new Customer(capped([cap(2, 7 * DAY, 'impression')]));
    const first = only(customer.decide(['home']));
    expect(customer.outcome(first, 'deal', 'impression')).toMatchObject({ outcomeCounted: true });
    expect(customer.outcome(first, 'deal', 'impression')).toMatchObject({ kind: 'duplicate' });
    expect(customer.outcome(first, 'deal', 'click')).toMatchObject({ outcomeCounted: true });
    const second = only(customer.decide(['home']));
    expect(offersOf(second)).toEqual(['deal']);
    customer.outcome(second, 'deal', 'impression');
    expect(fateOf(only(customer.decide(['home'])), 'deal')).toBe('caps/capped');
    expect(offersOf(only(customer.wait(7 * DAY).decide(['home'])))).toEqual(['deal']);
  });

  it('store nothing that no cap needs', () => {
    const customer = new Customer(capped([cap(3, DAY, 'click')]));
    customer.outcome(only(customer.decide(['home'])), 'deal', 'impression');
    expect(customer.state.caps.size).toBe(0);
    for (let i = 0; i < 9; i++) customer.outcome(only(customer.decide(['home'])), 'deal', 'click');
    expect(customer.state.caps.get('deal\nclick')!.timesMs.length).toBeLessThanOrEqual(3);
  });
});

describe('the contact policy', () => {
  const policy = (rules: NonNullable<Parts['contactPolicy']>): Parts => ({
    placements: {
      push: { channel: 'push' },
      sms: { channel: 'sms' },
      web: { channel: 'web' },
      bare: {},
    },
    offers: { deal: { in: ['push', 'sms', 'web', 'bare'] } },
    contactPolicy: rules,
  });
  const placements = ['push', 'sms', 'web', 'bare'];

  it('counts over offers and the channels it names, and no others', () => {
    const customer = new Customer(policy([{ max: 1, windowMs: DAY, channels: ['push', 'sms'] }]));
    const { decisions } = customer.decide(placements);
    expect(decisions.map((d) => fateOf(d, 'deal'))).toEqual([
      'limit/chosen',
      'contact_policy/contact_policy',
      'limit/chosen',
      'limit/chosen',
    ]);
    expect([...customer.state.contacts.keys()]).toEqual(['push']);
    expect(offersOf(only(customer.wait(DAY - 1).decide(['sms'])))).toEqual([]);
    expect(offersOf(only(customer.wait(1).decide(['sms'])))).toEqual(['deal']);
  });

  it('can forbid a channel under a condition', () => {
    const customer = new Customer(
      policy([
        { max: 0, windowMs: null, channels: ['sms'], when: (s) => s.trait('angry') === true },
      ]),
    );
    expect(offersOf(only(customer.decide(['sms'])))).toEqual(['deal']);
    customer.identify({ angry: true });
    expect(offersOf(only(customer.decide(['sms'])))).toEqual([]);
    expect(offersOf(only(customer.decide(['push'])))).toEqual(['deal']);
  });

  it('counts a decision with several offers as one contact', () => {
    const customer = new Customer({
      placements: { push: { channel: 'push', limit: 2 } },
      offers: { a: { in: ['push'] }, b: { in: ['push'] } },
      contactPolicy: [{ max: 2, windowMs: DAY, channels: ['push'] }],
    });
    const counts = [1, 2, 3].map(() => offersOf(only(customer.decide(['push']))).length);
    expect(counts).toEqual([2, 2, 0]);
  });
});

describe('outcomes', () => {
  const parts: Parts = {
    placements: { home: { channel: 'app', fallback: 'hello' } },
    offers: {
      hello: { in: ['home'] },
      deal: { in: ['home'], caps: [cap(1)] },
    },
    features: { seen: { kind: 'count', on: '*' }, viewed: { kind: 'count', on: 'Offer Viewed' } },
  };

  it('are refused for decisions and offers that were not given', () => {
    const customer = new Customer(parts);
    const decision = only(customer.decide(['home']));
    const unknown = { kind: 'refused', code: 'unknown_decision' };
    expect(customer.outcome(decision, 'hello', 'click')).toMatchObject(unknown);
    expect(customer.outcome({ ...decision, decisionId: 'x' }, 'deal', 'click')).toMatchObject(
      unknown,
    );
    expect(customer.outcome(decision, 'deal', 'click')).toMatchObject({ kind: 'stepped' });
  });

  it('are known for the last 64 decisions of 30 days', () => {
    const customer = new Customer({ placements: { home: {} }, offers: { deal: { in: ['home'] } } });
    const old = only(customer.decide(['home']));
    for (let i = 0; i < 63; i++) customer.decide(['home']);
    expect(customer.outcome(old, 'deal', 'click').kind).toBe('stepped');
    const last = only(customer.decide(['home']));
    expect(customer.outcome(old, 'deal', 'click').kind).toBe('refused');
    customer.wait(30 * DAY - 1);
    expect(customer.outcome(last, 'deal', 'click').kind).toBe('stepped');
    customer.wait(1);
    expect(customer.outcome(last, 'deal', 'accept').kind).toBe('refused');
  });

  it('as track events count and are events too, but not one of "*"', () => {
    const customer = new Customer(parts);
    const { decisionId } = only(customer.decide(['home']));
    const stepped = customer.outcomeEvent('Offer Viewed', decisionId, 'deal', 'impression');
    expect(stepped).toMatchObject({ kind: 'stepped', outcomeCounted: true });
    expect(customer.view().features).toEqual({ seen: 0, viewed: 1 });
    expect(customer.outcomeEvent('Offer Viewed', 'other', 'deal', 'impression')).toMatchObject({
      kind: 'refused',
      code: 'unknown_decision',
    });
    expect(customer.view().features).toEqual({ seen: 0, viewed: 1 });
  });

  it('count where they fall: a late report at its time, none before its decision or after now', () => {
    const customer = new Customer({
      placements: { home: {} },
      offers: { deal: { in: ['home'], caps: [cap(2, DAY, 'impression')] } },
    });
    const offered = () => offersOf(only(customer.decide(['home'])));
    const decisions = [1, 2, 3, 4].map(() => only(customer.decide(['home'])));
    const seen = (i: number, atMs: number) =>
      customer.outcome(decisions[i]!, 'deal', 'impression', { at: atMs });
    const startMs = customer.nowMs;
    customer.wait(DAY + 10);
    seen(0, startMs + 5);
    seen(1, startMs + 20);
    expect(offered()).toEqual(['deal']);
    seen(2, startMs + 12);
    expect(offered()).toEqual([]);
    customer.wait(2);
    expect(offered()).toEqual(['deal']);
    seen(3, customer.nowMs + DAY);
    expect(offered()).toEqual([]);

    const slow = new Customer({
      placements: { home: {} },
      offers: { deal: { in: ['home'], caps: [cap(1, DAY, 'impression')] } },
    });
    const decision = only(slow.decide(['home']));
    slow.outcome(decision, 'deal', 'impression', { at: slow.nowMs - 30 * DAY });
    expect(offersOf(only(slow.decide(['home'])))).toEqual([]);
  });

  it('of a fallback do not count against caps', () => {
    const customer = new Customer({
      placements: { home: { fallback: 'deal' }, popup: {} },
      offers: { deal: { in: ['home', 'popup'], caps: [cap(1, null, 'click')] } },
    });
    const fallback = only(customer.decide(['home']));
    expect(fallback.fallback).toBe(true);
    expect(customer.outcome(fallback, 'deal', 'click')).toMatchObject({ outcomeCounted: true });
    expect(offersOf(only(customer.decide(['popup'])))).toEqual(['deal']);
  });
});
