// Firings that are for one of several placements: which it is, and that only that one is decided.

import { describe, expect, it } from 'vitest';
import { valid } from '../catalog/compile.ts';
import { HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { added, CATALOG, customerOf, said } from './support/choosing-shop.ts';
import { fateOf, only } from './support/customer.ts';

const QUIET = CATALOG.replace(
  'push: { channel: push, when',
  'push: { channel: push, quiet: 22:00-08:00, when',
)
  .replace('consent: sms }', 'consent: sms, quiet: 23:00-07:00 }')
  .replace('mail: { channel: mail }', 'mail: { channel: mail, quiet: 23:00-09:00 }');

const NIGHT = START + 13.5 * HOUR;
const quiet = valid(QUIET);

describe('one of several placements', () => {
  it('is the first in the list for who is new, and no other is decided', () => {
    const customer = customerOf();
    expect(said(added(customer))).toEqual([['push', 'deal']]);
    expect(customer.state.decisions.map(({ placement }) => placement)).toEqual(['push']);
    expect(customer.state.caps.get('deal\ndecision')?.total).toBe(1);
    expect(customer.state.contacts.size).toBe(0);
  });

  it('is one that is allowed: by consent, `when` and contact policy', () => {
    const customer = customerOf({ push: 'off' });
    expect(said(added(customer))).toEqual([['sms', 'deal']]);
    const no = { context: { consent: { categoryPreferences: { sms: false } } } };
    customer.identify({}, no);
    expect(said(added(customer))).toEqual([['mail', 'deal']]);
    expect(said(added(customer))).toEqual([['mail', 'deal']]);
    expect(said(added(customer))).toEqual([['push']]);
    expect(fateOf(only(added(customer)), 'deal')).toBe('placement/placement_closed');
  });

  it('is the next where one has no offer, and says of the first allowed why none has', () => {
    const text = CATALOG.replace('push: { title: "{{ event.properties.name }}" }, ', '');
    const customer = customerOf({}, valid(text));
    expect(said(added(customer))).toEqual([['sms', 'deal']]);
    const none = customerOf({ deal: 'off', push: 'off' });
    const decision = only(added(none));
    expect([decision.placement, fateOf(decision, 'deal')]).toEqual([
      ...['sms', 'eligibility/ineligible'],
    ]);
    expect(none.state.decisions).toEqual([]);
    expect(none.state.preferred.size).toBe(0);
  });

  it('is where the customer is held out, too: what would be given elsewhere is no holdout', () => {
    const text = CATALOG.replace('push: { channel: push,', 'push: { channel: push, holdout: 100%,');
    const decision = only(added(customerOf({}, valid(text))));
    expect(decision).toMatchObject({ placement: 'push', holdout: true, offers: [] });
  });

  it('is explained like any other', () => {
    const customer = customerOf({ deal: 'off', push: 'off' });
    const { decisions } = customer.explain('Added', { name: 'Lamp' });
    expect(decisions).toMatchObject([
      { placement: 'sms', candidates: [{ clause: "or(traits.deal, 'on') == 'on'" }] },
    ]);
    customer.identify({ deal: 'on' });
    expect(said(customer.explain('Added'))).toEqual([['sms', 'deal']]);
  });

  it('is one of those that a key is kept within', () => {
    const within = { placements: new Set(['mail', 'sms']), outcome: true };
    expect(said(customerOf().track('Added', {}, { within }))).toEqual([['sms', 'deal']]);
  });
});

describe('several firings of one event', () => {
  const several = (triggers: string, placements = 'push: {}, sms: {}, mail: {}') =>
    valid(`
catalog: shop
triggers:
${triggers}
offers:
  one: { eligibility: "or(traits.one, 'on') == 'on'", treatments: { push: {}, sms: {} } }
  two: { value: 2, treatments: { push: {}, mail: {} } }
  four: { value: 4, treatments: { sms: {} } }
placements: { ${placements} }
`);

  it('ask together where one that chooses comes first to what another is for', () => {
    for (const triggers of [
      '  a: { on: X, decide: push, offers: [one] }\n  b: { on: X, decide: { one_of: [push, mail] }, offers: [two] }',
      '  b: { on: X, decide: { one_of: [push, mail] }, offers: [two] }\n  a: { on: X, decide: push, offers: [one] }',
    ]) {
      const decision = only(customerOf({}, several(triggers)).track('X'));
      expect(decision).toMatchObject({ placement: 'push', trigger: 'b' });
      expect(decision.candidates.map(({ offerId }) => offerId)).toEqual(['one', 'two']);
    }
  });

  it('decide each placement once, whatever else was tried there', () => {
    const both = several(
      '  a: { on: X, decide: { one_of: [push, sms] }, offers: [one] }\n' +
        '  b: { on: X, decide: sms, offers: [four] }\n' +
        '  c: { on: X, decide: { one_of: [mail, push] }, offers: [one] }',
    );
    // `mail` has nothing for c, and comes to what a was given in `push`.
    expect(said(customerOf({}, both).track('X'))).toEqual([
      ['push', 'one'],
      ['sms', 'four'],
    ]);
    // Nothing in `push` for either; a joins b in `sms`, and c says where it tried first.
    const none = customerOf({ one: 'off' }, both).track('X');
    expect(said(none)).toEqual([['sms', 'four'], ['mail']]);
    expect(none.decisions[0]!.candidates).toHaveLength(2);
    expect(none.firings).toHaveLength(3);
  });

  it('let one that chooses try where another that chooses found nothing', () => {
    const both = several(
      '  a: { on: X, decide: { one_of: [push, mail] }, offers: [one] }\n' +
        '  b: { on: X, decide: { one_of: [mail, push] }, offers: [two] }\n' +
        '  c: { on: X, decide: { one_of: [sms, push] }, offers: [two] }',
    );
    const customer = customerOf({ one: 'off' }, both);
    expect(said(customer.track('X'))).toEqual([
      ['mail', 'two'],
      ['push', 'two'],
    ]);
  });
});

describe('one of several placements at night', () => {
  it('is one that is not quiet', () => {
    const customer = customerOf({}, quiet);
    customer.nowMs = NIGHT - HOUR;
    expect(said(added(customer))).toEqual([['sms', 'deal']]);
    expect(customer.state.timers).toEqual([]);
  });

  it('is put off to the earliest end where all are quiet, and waits at all of them', () => {
    const customer = customerOf({}, quiet);
    customer.nowMs = NIGHT;
    expect(added(customer)).toMatchObject({ firings: [{ trigger: 'cart' }], decisions: [] });
    const [timer, ...more] = customer.state.timers;
    expect(more).toEqual([]);
    expect(timer).toMatchObject({ cause: 'event', placements: ['push', 'sms', 'mail'] });
    const morning = START + 21 * HOUR;
    expect(timer!.dueAtMs - morning).toBeGreaterThanOrEqual(0);
    expect(timer!.dueAtMs - morning).toBeLessThan(15 * MINUTE);
    customer.nowMs = timer!.dueAtMs;
    customer.passTime();
    expect(customer.state.waiting).toMatchObject([{ placements: ['push', 'sms', 'mail'] }]);
    expect(only(customer.decide(['push'])).offers).toEqual([]);
    customer.nowMs = START + 22 * HOUR;
    expect(only(customer.decide(['push']))).toMatchObject({
      ...{ trigger: 'cart', waiting: true, offers: [{ treatment: { title: 'Lamp' } }] },
    });
    expect(customer.state.waiting).toEqual([]);
  });

  it('waits for the one that would be allowed, where none of the others is', () => {
    const customer = customerOf({ push: 'off' }, quiet);
    customer.nowMs = NIGHT - HOUR;
    const no = { context: { consent: { categoryPreferences: { sms: false } } } };
    customer.identify({ push: 'on' }, no);
    for (let i = 0; i < 2; i++) expect(said(added(customer))).toEqual([['mail', 'deal']]);
    expect(said(added(customer))).toEqual([]);
    expect(customer.state.timers).toMatchObject([{ placements: ['push', 'sms', 'mail'] }]);
    // Nobody would be allowed in the morning either: said now.
    customer.identify({ push: 'off' });
    expect(added(customer).decisions).toMatchObject([{ offers: [] }]);
  });

  it('is closed to an import', () => {
    const customer = customerOf({}, quiet);
    customer.nowMs = NIGHT;
    const decision = only(customer.track('Added', {}, { live: false }));
    expect(fateOf(decision, 'deal')).toBe('placement/placement_closed');
    expect(customer.state.timers).toEqual([]);
  });
});

describe('what time fires for one of several placements', () => {
  it('waits at all of them, and the first asked for that has an offer spends it', () => {
    const customer = customerOf({ push: 'off' });
    customer.track('Left', { name: 'Lamp' });
    expect(customer.wait(HOUR).passTime()).toMatchObject([{ firings: [{ cause: 'absence' }] }]);
    expect(customer.state.waiting).toMatchObject([{ placements: ['push', 'mail'] }]);
    expect(only(customer.decide(['push'])).offers).toEqual([]);
    expect(customer.state.waiting).toHaveLength(1);
    expect(only(customer.decide(['mail']))).toMatchObject({ trigger: 'left', waiting: true });
    expect(customer.state.waiting).toEqual([]);
    expect(only(customer.decide(['mail']))).toMatchObject({ trigger: null });
  });

  it('is chosen at once where an event led into a segment', () => {
    const { firings, decisions } = customerOf().track('Ordered');
    expect(firings).toMatchObject([{ trigger: 'thanks', cause: 'enter' }]);
    expect(said({ decisions })).toEqual([['mail', 'deal']]);
  });

  it('is put off as one at night, and again as one', () => {
    const customer = customerOf({}, quiet);
    customer.nowMs = NIGHT - HOUR;
    customer.track('Left', { name: 'Lamp' });
    customer.wait(HOUR).passTime();
    expect(customer.state.waiting).toEqual([]);
    const [timer] = customer.state.timers;
    expect(timer).toMatchObject({ cause: 'absence', placements: ['push', 'mail'] });
    expect(timer!.dueAtMs).toBeGreaterThanOrEqual(START + 22 * HOUR);
    customer.nowMs = timer!.dueAtMs;
    expect(customer.passTime()).toMatchObject([{ firings: [] }]);
    expect(customer.state.waiting).toMatchObject([{ placements: ['push', 'mail'] }]);
  });
});
