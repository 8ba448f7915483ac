// Placements that are quiet at night: what is asked then, and what fires then.

import { describe, expect, it } from 'vitest';
import { valid } from '../catalog/compile.ts';
import { HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const CATALOG = `
catalog: shop
timezone: Asia/Shanghai
customer_timezone: traits.tz
consent: { sms: { default: granted } }
features: { bought: { count: Ordered } }
segments: { buyer: bought >= 1 }
triggers:
  seen: { on: Viewed, when: bought == 0, per: properties.id, decide: [push, app, sms], cooldown: 1h }
  left: { on: Added, unless: Ordered, after: 1h, decide: [sms, app] }
  bought: { enter: buyer, decide: push }
offers:
  deal:
    treatments:
      push: { title: "{{ firing.key }} {{ event.properties.name }}" }
      app: { title: Deal }
      sms: { title: Deal }
  plain: { treatments: { push: {} } }
placements:
  push: { channel: push, quiet: 22:00-08:00, fallback: plain }
  app: { channel: app }
  sms: { channel: sms, consent: sms, quiet: 22:00-08:00, when: "traits.phone != 'off'" }
`;

/** Of the day of START, by the clocks of Shanghai. */
const at = (hour: number) => START + (hour - 10) * HOUR;
function customerAt(hour: number, text = CATALOG): Customer {
  const customer = new Customer(valid(text));
  customer.identify({ phone: 'on' });
  customer.nowMs = at(hour);
  return customer;
}
const view = (customer: Customer, id = 'p1') => customer.track('Viewed', { id, name: 'Lamp' });

describe('a question for a placement in quiet hours', () => {
  it('finds it closed, its fallback too, from the first instant to the last', () => {
    const customer = customerAt(22);
    customer.nowMs -= 1;
    expect(offersOf(only(customer.decide(['push'])))).toEqual(['deal']);
    for (const hour of [22, 24, 31.999]) {
      customer.nowMs = at(hour);
      const decision = only(customer.decide(['push'], { explain: true }));
      expect(decision.offers).toEqual([]);
      expect(decision.candidates.map(({ reason, clause }) => [reason, clause])).toEqual([
        ['placement_closed', 'quiet: 22:00-08:00'],
        ['placement_closed', 'quiet: 22:00-08:00'],
      ]);
      expect(offersOf(only(customer.decide(['app'])))).toEqual(['deal']);
    }
    customer.nowMs = at(32);
    expect(offersOf(only(customer.decide(['push'])))).toEqual(['deal']);
  });

  it('is asked by the customer’s own clock', () => {
    const customer = customerAt(23);
    customer.identify({ tz: 'Europe/Berlin' });
    expect(offersOf(only(customer.decide(['push'])))).toEqual(['deal']);
    customer.wait(7 * HOUR);
    expect(fateOf(only(customer.decide(['push'])), 'deal')).toBe('placement/placement_closed');
  });

  it('leaves what waits for it waiting', () => {
    const customer = customerAt(20);
    customer.track('Added');
    customer.wait(HOUR).passTime();
    expect(customer.state.waiting).toHaveLength(2);
    customer.nowMs = at(23);
    expect(only(customer.decide(['sms'])).offers).toEqual([]);
    expect(customer.state.waiting).toHaveLength(2);
    customer.nowMs = at(32);
    expect(only(customer.decide(['sms']))).toMatchObject({ trigger: 'left', waiting: true });
  });
});

describe('a firing in quiet hours', () => {
  it('decides when they end, with the event and the key that it had', () => {
    const customer = customerAt(23);
    const { firings, decisions } = view(customer);
    expect(firings).toMatchObject([{ trigger: 'seen', key: 'p1', cause: 'event' }]);
    expect(decisions.map(({ placement }) => placement)).toEqual(['app']);
    const [timer] = customer.state.timers;
    expect(customer.state.timers).toMatchObject([
      { trigger: 'seen', key: 'p1', cause: 'event', placements: ['push', 'sms'] },
    ]);
    expect(timer!.dueAtMs).toBeGreaterThanOrEqual(at(32));
    expect(timer!.dueAtMs).toBeLessThan(at(32) + 15 * MINUTE);
    // It has fired: its cooldown runs.
    expect(view(customer).firings).toEqual([]);
    customer.nowMs = timer!.dueAtMs;
    expect(customer.passTime()).toMatchObject([{ firings: [], due: { result: 'fired' } }]);
    expect(customer.state.timers).toEqual([]);
    const decision = only(customer.decide(['push']));
    expect(decision).toMatchObject({
      ...{ trigger: 'seen', waiting: true },
      offers: [{ offerId: 'deal', treatment: { title: 'p1 Lamp' } }],
    });
    expect(only(customer.decide(['sms']))).toMatchObject({ trigger: 'seen', waiting: true });
    expect(customer.state.waiting).toEqual([]);
  });

  it('is spread over a quarter of an hour', () => {
    const catalog = valid(CATALOG);
    const dues = Array.from({ length: 50 }, (_, i) => {
      const customer = new Customer(catalog, `u${i}`);
      customer.nowMs = at(23);
      view(customer);
      return customer.state.timers[0]!.dueAtMs - at(32);
    });
    expect(Math.min(...dues)).toBeLessThan(3 * MINUTE);
    expect(Math.max(...dues)).toBeGreaterThan(12 * MINUTE);
    expect(Math.max(...dues)).toBeLessThan(15 * MINUTE);
  });

  it('comes to nothing where it does not hold any more', () => {
    const customer = customerAt(23);
    view(customer);
    customer.nowMs = at(33);
    // What the clock has passed, an event does not see to.
    customer.track('Ordered');
    const [due] = customer.passTime();
    expect(due).toMatchObject({ firings: [], due: { trigger: 'seen', result: 'not_true' } });
    expect(customer.state.waiting.map(({ trigger }) => trigger)).toEqual([]);
  });

  it('is looked at again when it is decided: consent, and whether the placement is open', () => {
    const customer = customerAt(23);
    view(customer);
    customer.nowMs = at(33);
    customer.passTime();
    customer.identify({ phone: 'off' });
    expect(fateOf(only(customer.decide(['sms'])), 'deal')).toBe('placement/placement_closed');
    customer.identify({}, { context: { consent: { categoryPreferences: { sms: false } } } });
    expect(fateOf(only(customer.decide(['sms'])), 'deal')).toBe('placement/no_consent');
    expect(customer.state.waiting).toHaveLength(2);
  });

  it('is put off again where it is quiet by then', () => {
    const customer = customerAt(23);
    view(customer);
    customer.nowMs = at(32) + 15 * MINUTE;
    customer.identify({ tz: 'Asia/Karachi' });
    // 05:15 in Karachi.
    expect(customer.passTime()).toMatchObject([{ firings: [], due: { result: 'put_off' } }]);
    expect(customer.state.waiting).toEqual([]);
    const [{ dueAtMs, placements } = { dueAtMs: 0, placements: null }] = customer.state.timers;
    expect(placements).toEqual(['push', 'sms']);
    expect(dueAtMs).toBeGreaterThanOrEqual(at(35));
    customer.nowMs = dueAtMs;
    customer.passTime();
    expect(customer.state.waiting).toHaveLength(2);
  });

  it('of time is `put_off` when it is due and `fired` when it comes, unless it is open somewhere', () => {
    const results = (text: string) => {
      const customer = customerAt(22.5, text);
      customer.track('Added');
      const first = customer.wait(HOUR).passTime();
      const { dueAtMs } = customer.state.timers[0]!;
      customer.nowMs = dueAtMs;
      return [...first, ...customer.passTime()].map(({ due, firings }) => [
        due!.result,
        firings.length,
      ]);
    };
    const all = CATALOG.replace('decide: [sms, app]', 'decide: sms');
    expect(results(all)).toEqual([
      ['put_off', 1],
      ['fired', 0],
    ]);
    expect(results(CATALOG)).toEqual([
      ['fired', 1],
      ['fired', 0],
    ]);
  });

  it('is explained with where it is put off, and until when', () => {
    const customer = customerAt(23);
    const { triggers } = customer.explain('Viewed', { id: 'p1', name: 'Lamp' });
    view(customer);
    const until = new Date(customer.state.timers[0]!.dueAtMs).toISOString();
    const putOff = ['push', 'sms'].map((placement) => ({ placement, until }));
    expect(triggers).toMatchObject([{ trigger: 'seen', fired: true, putOff }]);
    // One that an event leads into a segment, and by day none.
    const { triggers: entered } = customer.explain('Ordered');
    const push = expect.objectContaining({ placement: 'push' });
    expect(entered).toContainEqual(
      expect.objectContaining({ trigger: 'bought', fired: true, putOff: [push] }),
    );
    const byDay = customerAt(12).explain('Viewed', { id: 'p1' });
    expect(byDay.triggers).toEqual([expect.not.objectContaining({ putOff: expect.anything() })]);
  });

  it('is missed where the worker comes too late, counted from the end of the quiet hours', () => {
    const customer = customerAt(23);
    view(customer);
    const { dueAtMs } = customer.state.timers[0]!;
    customer.nowMs = dueAtMs + HOUR + 1;
    expect(customer.passTime()).toMatchObject([
      { firings: [{ status: 'missed', cause: 'event', dueAtMs }], due: { result: 'missed' } },
    ]);
    expect(customer.state.waiting).toEqual([]);
  });

  it('takes the place of an earlier one that was put off for the same placement', () => {
    const customer = customerAt(23);
    customer.track('Viewed', { id: 'p1', name: 'Lamp' });
    customer.wait(HOUR).track('Viewed', { id: 'p1', name: 'Chair' });
    view(customer, 'p2');
    expect(customer.state.timers.map(({ key }) => key)).toEqual(['p1', 'p2']);
    customer.nowMs = at(32.5);
    customer.passTime();
    const { treatment } = only(customer.decide(['push'])).offers[0]!;
    expect(treatment).toEqual({ title: 'p1 Chair' });
  });

  it('of an import finds the placement closed: it tells of the past', () => {
    const customer = customerAt(23);
    const { decisions } = customer.track('Viewed', { id: 'p1' }, { live: false });
    expect(customer.state.timers).toEqual([]);
    expect(decisions.map(({ placement, offers }) => [placement, offers.length])).toEqual([
      ...[
        ['push', 0],
        ['app', 1],
      ],
      ['sms', 0],
    ]);
    expect(fateOf(decisions[0]!, 'deal')).toBe('placement/placement_closed');
  });

  it('by a key that is kept within some placements is put off for these', () => {
    const customer = customerAt(23);
    const within = { placements: new Set(['sms', 'app']), outcome: true };
    expect(customer.track('Viewed', { id: 'p1' }, { within }).decisions).toHaveLength(1);
    expect(customer.state.timers).toMatchObject([{ placements: ['sms'] }]);
  });

  it('has a timer for each end, never so late that it is quiet again', () => {
    const customer = customerAt(23, CATALOG.replace('sms, quiet: 22:00', 'sms, quiet: 08:05'));
    view(customer);
    // From 08:05 to 08:00: five minutes a day are not quiet.
    expect(customer.state.timers.map(({ placements }) => placements)).toHaveLength(2);
    for (const { dueAtMs, placements } of customer.state.timers) {
      if (placements?.[0] === 'sms') expect(dueAtMs).toBeLessThan(at(32) + 5 * MINUTE);
    }
  });

  it('that time fires is put off in the same way, and keeps its event', () => {
    const customer = customerAt(22);
    customer.track('Added', { name: 'Lamp' });
    customer.wait(HOUR);
    expect(customer.passTime()).toMatchObject([{ firings: [{ cause: 'absence' }] }]);
    expect(customer.state.waiting).toMatchObject([{ placements: ['app'] }]);
    expect(customer.state.timers).toMatchObject([{ cause: 'absence', placements: ['sms'] }]);
    expect(customer.state.timers[0]!.event).toContain('Lamp');
    // Another cart has another timer, and is put off in the place of the first.
    customer.track('Added', { name: 'Chair' });
    expect(customer.state.timers).toHaveLength(2);
    customer.wait(HOUR).passTime();
    expect(customer.state.timers).toMatchObject([{ cause: 'absence', placements: ['sms'] }]);
    expect(customer.state.timers[0]!.event).toContain('Chair');
    customer.nowMs = at(32.5);
    expect(customer.passTime()).toMatchObject([{ firings: [], due: { result: 'fired' } }]);
    expect(customer.state.waiting.map(({ placements }) => placements)).toEqual([
      ...[['app'], ['sms']],
    ]);
  });

  it('of a segment that an event led into is put off without an event', () => {
    const customer = customerAt(23);
    const { firings, decisions } = customer.track('Ordered');
    expect(firings).toMatchObject([{ trigger: 'bought', cause: 'enter' }]);
    expect(decisions).toEqual([]);
    expect(customer.state.timers).toMatchObject([{ cause: 'enter', event: '' }]);
  });
});

describe('an event explained', () => {
  it('in quiet hours shows what is decided now, and that the rest has fired', () => {
    const customer = customerAt(23);
    const { decisions, triggers } = customer.explain('Viewed', { id: 'p1', name: 'Lamp' });
    expect(decisions.map(({ placement }) => placement)).toEqual(['app']);
    expect(decisions[0]!.candidates).toMatchObject([{ offerId: 'deal', clause: null }]);
    expect(triggers).toMatchObject([{ trigger: 'seen', fired: true }]);
  });

  it('that leads into a segment shows what that decides', () => {
    const customer = customerAt(12);
    const { decisions } = customer.explain('Ordered');
    expect(decisions).toMatchObject([{ trigger: 'bought', offers: [{ offerId: 'deal' }] }]);
  });
});
