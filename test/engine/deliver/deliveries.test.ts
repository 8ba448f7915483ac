// What leaves beside its answer: decisions of a trigger, with an offer, for a channel that carries.

import { describe, expect, it } from 'vitest';
import { FEED_MS, readOutboxText } from '../../../src/model/delivery.ts';
import { HOUR, MINUTE, START } from '../support/catalog-builder.ts';
import { only } from '../support/customer.ts';
import { customerOf, left, shopWith } from './shop.ts';

describe('a decision of an event', () => {
  it('is a delivery where its channel carries, and says so in the answer', () => {
    const customer = customerOf();
    const done = customer.track('Viewed', { name: 'Lamp' });
    expect(left(done)).toEqual([
      ['push', 'push', 1],
      ['page', null, 1],
    ]);
    const [push, page] = done.decisions;
    const delivery = { deliveryId: `dlv_${push!.decisionId}`, channel: 'push' };
    const [first, second] = JSON.parse(done.answer);
    expect(first.delivery).toEqual(delivery);
    expect(second).not.toHaveProperty('delivery');
    expect(page!.delivery).toBeNull();
    const [one, ...more] = done.deliveries;
    expect(more).toEqual([]);
    expect(one).toMatchObject({ ...delivery, dueAtMs: START, feed: null });
    expect(readOutboxText(one!.entry)).toEqual({
      ...{ attempts: 0, customerId: 'u1', messageId: 'u1-m2', decidedAtMs: START },
      decision: first,
    });
  });

  it('of a stream has its feed, and is given up when nobody listened', () => {
    const customer = customerOf(shopWith('channel: email', 'channel: web'));
    const [one] = customer.track('Asked', { text: 'T' }).deliveries;
    expect(one).toMatchObject({ channel: 'web', dueAtMs: START + FEED_MS });
    const { decision } = readOutboxText(one!.entry)!;
    expect(JSON.parse(one!.feed!)).toEqual(decision);
  });

  it.each([
    ['is a question', (c: ReturnType<typeof customerOf>) => c.decide(['push', 'mail'])],
    ['is of an import', (c) => c.track('Viewed', {}, { live: false })],
    ['is not recorded', (c) => c.track('Viewed', {}, { record: false })],
    ['has no offer', () => customerOf(undefined, { deal: 'off' }).track('Viewed')],
  ])('leaves nothing where it %s', (_, sent) => {
    const done = sent(customerOf());
    expect(done.decisions.length).toBeGreaterThan(0);
    expect(done.decisions.every(({ delivery }) => delivery === null)).toBe(true);
    expect([done.deliveries, done.answer.includes('delivery')]).toEqual([[], false]);
  });

  it('leaves with its fallback, and not without an offer of who is held out', () => {
    const with_ = (keys: string) => shopWith('channel: email,', `channel: email, ${keys},`);
    const fallback = customerOf(with_('fallback: deal')).track('Asked');
    expect([only(fallback).fallback, left(fallback)]).toEqual([true, [['mail', 'email', 1]]]);
    const held = customerOf(with_('holdout: 100%')).track('Asked');
    expect([only(held).holdout, left(held)]).toEqual([true, [['mail', null, 0]]]);
  });
});

describe('what time fires', () => {
  it('is decided at once where its channel carries, and waits elsewhere', () => {
    const customer = customerOf();
    customer.track('Added', { name: 'Lamp' });
    const [done] = customer.wait(HOUR).passTime();
    expect(left(done!)).toEqual([['push', 'push', 1]]);
    expect(only(done!)).toMatchObject({
      ...{ trigger: 'left', waiting: false },
      offers: [{ treatment: { title: 'For your Lamp' } }],
    });
    expect(done!.deliveries).toHaveLength(1);
    expect(done!.due?.result).toBe('fired');
    expect(customer.state.waiting).toMatchObject([{ trigger: 'left', placements: ['page'] }]);
    expect(left(customer.decide(['page']))).toEqual([['page', null, 1]]);
    // Nothing of it waits for who asks for what was carried away.
    expect(only(customer.decide(['push']))).toMatchObject({ trigger: null, waiting: false });
  });

  it('is put off by quiet hours, and carried when they end', () => {
    const customer = customerOf();
    customer.wait(11.5 * HOUR).track('Added', { name: 'Lamp' });
    const [night] = customer.wait(HOUR).passTime();
    expect([left(night!), night!.deliveries]).toEqual([[], []]);
    expect(customer.state.timers).toMatchObject([{ placements: ['push'] }]);
    const [morning] = customer.wait(9.5 * HOUR + 16 * MINUTE).passTime();
    expect(left(morning!)).toEqual([['push', 'push', 1]]);
    expect(morning!.decisions[0]!.offers[0]!.treatment).toMatchObject({ title: 'For your Lamp' });
    expect([morning!.firings, customer.state.timers]).toEqual([[], []]);
  });

  it('is recorded with no offer where there is none, and leaves nothing', () => {
    const customer = customerOf(undefined, { push: 'off' });
    customer.track('Added');
    const [done] = customer.wait(HOUR).passTime();
    expect([left(done!), done!.deliveries]).toEqual([[['push', null, 0]], []]);
  });
});

describe('what time fires for one of several', () => {
  const put = (customer: ReturnType<typeof customerOf>) => {
    customer.track('Put', { name: 'Lamp' });
    return customer.wait(HOUR).passTime()[0]!;
  };

  it('goes by the channel that carries, whatever is first in the list', () => {
    const customer = customerOf();
    expect(left(put(customer))).toEqual([['push', 'push', 1]]);
    expect(customer.state.waiting).toEqual([]);
  });

  it('waits at the others where that has no offer, and is one answer', () => {
    const customer = customerOf(undefined, { push: 'off' });
    expect(left(put(customer))).toEqual([['push', null, 0]]);
    expect(customer.state.waiting).toMatchObject([{ trigger: 'choice', placements: ['page'] }]);
    expect(only(customer.decide(['page']))).toMatchObject({ trigger: 'choice', waiting: true });
    expect(customer.state.waiting).toEqual([]);
  });

  it('answers an earlier one that still waited', () => {
    const customer = customerOf(undefined, { push: 'off' });
    put(customer);
    customer.identify({ push: 'on' });
    expect(left(put(customer))).toEqual([['push', 'push', 1]]);
    expect(customer.state.waiting).toEqual([]);
  });

  it('waits where only what is quiet carries', () => {
    const customer = customerOf().wait(12 * HOUR);
    const done = put(customer);
    expect([left(done), done.deliveries]).toEqual([[], []]);
    expect(customer.state.waiting).toMatchObject([{ trigger: 'choice', placements: ['page'] }]);
  });

  it('waits for what is quiet where nothing else is allowed, and goes by what is', () => {
    const both = shopWith('one_of: [page, push]', 'one_of: [mail, push]');
    expect(left(put(customerOf(both).wait(12 * HOUR)))).toEqual([['mail', 'email', 1]]);
    const customer = customerOf(both, { mail: 'off' }).wait(12 * HOUR);
    expect(left(put(customer))).toEqual([]);
    const [morning] = customer.wait(9 * HOUR + 16 * MINUTE).passTime();
    expect(left(morning!)).toEqual([['push', 'push', 1]]);
  });

  // A browser's key is for its own placements; what is carried is nobody's answer.
  const within = { placements: new Set(['mail']), outcome: true };

  it('is one answer where an event of another’s key fired it', () => {
    const customer = customerOf();
    expect(left(customer.track('Ordered', {}, { within }))).toEqual([]);
    expect(customer.state.waiting).toEqual([]);
    const [done] = customer.passTime();
    expect(left(done!)).toEqual([['screen', 'web', 1]]);
    expect([customer.state.waiting, customer.state.timers]).toEqual([[], []]);
  });

  it('waits where such an event fired it, and nothing comes of what carries', () => {
    const customer = customerOf(undefined, { deal: 'off' });
    customer.track('Ordered', {}, { within });
    expect(left(customer.passTime()[0]!)).toEqual([['screen', null, 0]]);
    expect(customer.state.waiting).toMatchObject([{ trigger: 'thanked', placements: ['page'] }]);
  });

  it('carries nothing of what an import tells of', () => {
    const customer = customerOf();
    customer.track('Ordered', {}, { within, live: false });
    expect(customer.passTime().flatMap(left)).toEqual([]);
  });
});
