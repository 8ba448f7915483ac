import { beforeEach, describe, expect, it } from 'vitest';
import { eventOf } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CATALOG = `
catalog: shop
features: { bought: { count: Order Completed } }
triggers:
  cart_abandoned:
    on: Product Added
    unless: Order Completed
    after: 1h
    decide: app
    offers: [cart]
  complaint:
    on: Complaint Filed
    unless: Complaint Resolved
    per: properties.ticket
    after: 2h
    when: event.properties.grave == true && bought == 0
    decide: app
    offers: [sorry]
  later: { on: Signed Up, after: 30s, decide: app, offers: [hello], cooldown: 1d, wait: 1h }
offers:
  cart: { caps: [{ max: 1 }], treatments: { app: { title: "Your {{ event.properties.name }}" } } }
  sorry: { treatments: { app: { title: "Ticket {{ firing.key }}" } } }
  hello: { treatments: { app: { title: Hello } } }
  welcome: { treatments: { app: { title: Welcome } } }
placements: { app: { channel: app, fallback: welcome } }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

const added = (name: string) => ({ properties: { name } });

describe('a trigger on absence', () => {
  it('fires once, when it is due, and waits to be asked for', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    const due = shop.nowMs + HOUR;
    expect(await shop.index()).toEqual(new Map([['u1', due]]));
    await shop.pass(HOUR - 1);
    expect((await shop.state('u1')).timers).toHaveLength(1);
    await shop.pass(1);
    const { timers, waiting } = await shop.state('u1');
    expect(timers).toEqual([]);
    expect(waiting).toMatchObject([{ trigger: 'cart_abandoned', key: null, placements: ['app'] }]);
    expect(await shop.index()).toEqual(new Map());
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toMatchObject([
      { trigger: 'cart_abandoned', cause: 'absence', status: 'fired', due_at: due, fired_at: due },
    ]);
    expect(await shop.rows('due_timers')).toMatchObject([
      { trigger: 'cart_abandoned', due_at: due, result: 'fired' },
    ]);
    // Who only looks spends nothing.
    for (const record of [false, true]) {
      expect(await shop.ask('u1', 'app', record)).toMatchObject([
        {
          ...{ trigger: 'cart_abandoned', waiting: true, fallback: false },
          offers: [{ offerId: 'cart', treatment: { title: 'Your P9' } }],
        },
      ]);
    }
    const [decision] = await shop.ask('u1', 'app');
    expect(decision).toMatchObject({ trigger: null, offers: [{ offerId: 'sorry' }] });
    expect(decision).not.toHaveProperty('waiting');
  });

  it('does not fire when the other event comes first, however late it happened', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    await shop.pass(HOUR - 1);
    await shop.send('u1', 'Order Completed', { atMs: shop.nowMs });
    await shop.pass(DAY);
    expect(await shop.rows('firings')).toEqual([]);
    expect(await shop.index()).toEqual(new Map());
  });

  it('is over with the other event also where it has fired and nobody has asked yet', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    await shop.pass(HOUR);
    await shop.send('u1', 'Order Completed');
    expect((await shop.state('u1')).waiting).toEqual([]);
    expect(await shop.ask('u1', 'app')).toMatchObject([{ trigger: null }]);
  });

  it('is moved by the next event that arms it, and never to an earlier time', async () => {
    const firstMs = shop.nowMs;
    await shop.send('u1', 'Product Added', added('first'));
    await shop.pass(30 * MINUTE);
    await shop.send('u1', 'Product Added', added('second'));
    expect((await shop.state('u1')).timers).toMatchObject([{ dueAtMs: shop.nowMs + HOUR }]);
    const late = eventLate(firstMs + MINUTE);
    await shop.send('u1', 'Product Added', { ...added('late'), ...late });
    expect((await shop.state('u1')).timers).toMatchObject([{ dueAtMs: shop.nowMs + HOUR }]);
    await shop.pass(HOUR);
    const [decision] = await shop.ask('u1', 'app');
    expect(decision?.offers[0]?.treatment).toEqual({ title: 'Your second' });
  });

  it('waits for each `per` value by itself, and looks at `when` at both ends', async () => {
    const file = (ticket: string, grave = true) =>
      shop.send('u1', 'Complaint Filed', { properties: { ticket, grave } });
    await file('t1');
    await file('t2');
    await file('t3', false);
    await shop.send('u1', 'Complaint Filed', { properties: { grave: true } });
    expect((await shop.state('u1')).timers.map(({ key }) => key)).toEqual(['t1', 't2']);
    await shop.send('u1', 'Complaint Resolved', { properties: { ticket: 't1' } });
    await shop.send('u1', 'Complaint Resolved', {});
    await shop.pass(2 * HOUR);
    expect(await shop.rows('firings')).toMatchObject([{ trigger: 'complaint', key: 't2' }]);
    await file('t4');
    await shop.send('u1', 'Order Completed');
    await shop.pass(2 * HOUR);
    expect(await shop.rows('firings')).toHaveLength(1);
    expect(await shop.rows('due_timers')).toMatchObject([{ key: 't2' }, { result: 'not_true' }]);
  });

  it('starts its cooldown with the firing, and waits no longer than it may', async () => {
    await shop.send('u1', 'Signed Up');
    await shop.pass(30_000);
    await shop.send('u1', 'Signed Up');
    await shop.pass(30_000);
    expect(await shop.rows('due_timers')).toMatchObject([
      { result: 'fired' },
      { result: 'cooldown' },
    ]);
    shop.nowMs += HOUR - 30_000 - 1;
    expect(await shop.ask('u1', 'app', false)).toMatchObject([{ waiting: true }]);
    shop.nowMs += 1;
    expect(await shop.ask('u1', 'app', false)).toMatchObject([{ trigger: null }]);
  });

  it('fires whatever ids callers give to their messages', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    const due = shop.nowMs + HOUR;
    const messageId = `timer:cart_abandoned:${due}`;
    await shop.send('u1', 'Visited', { messageId });
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toMatchObject([{ due_at: due, status: 'fired' }]);
  });

  it('is missed where a worker comes too late', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    await shop.pass(2 * HOUR + 1);
    expect(await shop.rows('firings')).toMatchObject([{ status: 'missed', cause: 'absence' }]);
    expect((await shop.state('u1')).waiting).toEqual([]);
  });

  it('is missed where its trigger is gone when it is due, and fires where it is back by then', async () => {
    await shop.send('u1', 'Product Added', added('P9'));
    await shop.send('u2', 'Product Added', added('P9'));
    shop.publish(CATALOG.replace('cart_abandoned', 'another'));
    await shop.send('u2', 'Visited');
    await shop.visit();
    shop.publish(CATALOG);
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toMatchObject([{ status: 'fired' }, { status: 'fired' }]);
    await shop.send('u3', 'Product Added', added('P9'));
    shop.publish(CATALOG.replace('cart_abandoned', 'another'));
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toContainEqual(
      expect.objectContaining({ customer_id: 'u3', status: 'missed' }),
    );
  });

  it('goes along with a customer who is folded into another', async () => {
    const visitor = await shop
      .gateway()
      .pipeline.submit(
        eventOf({ anonymous: 'a1' }, 'Product Added', { ...added('P9'), atMs: shop.nowMs }),
      );
    expect(visitor.kind).toBe('done');
    await shop
      .gateway(1)
      .pipeline.submit(eventOf({ user: 'u1', anonymous: 'a1' }, 'identify', { atMs: shop.nowMs }));
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toMatchObject([{ customer_id: 'u1', status: 'fired' }]);
    expect(await shop.index()).toEqual(new Map());
  });

  it('is not armed by an import for the past', async () => {
    const imported = { receivedAtMs: shop.nowMs, live: false };
    const event = eventOf({ user: 'u1' }, 'Product Added', { atMs: shop.nowMs - HOUR });
    await shop.gateway().pipeline.submit({ ...event, ...imported });
    expect((await shop.state('u1')).timers).toEqual([]);
    const newer = eventOf({ user: 'u1' }, 'Product Added', { atMs: shop.nowMs - HOUR + 5 });
    await shop.gateway().pipeline.submit({ ...newer, ...imported });
    expect((await shop.state('u1')).timers).toHaveLength(1);
  });
});

/** Sent now, and happened before. */
function eventLate(atMs: number) {
  return { timestampMs: atMs };
}

it('says why nothing of what waits survived, to who asks why', async () => {
  await shop.send('u1', 'Product Added', added('P9'));
  await shop.pass(HOUR);
  await shop.ask('u1', 'app');
  await shop.send('u1', 'Product Added', added('P9'));
  await shop.pass(HOUR);
  // The cart is capped at one.
  const made = await shop.why('u1', 'app');
  expect(made).toMatchObject([
    {
      ...{ trigger: 'cart_abandoned', waiting: true, offers: [] },
      candidates: [{ offerId: 'cart', reason: 'capped' }],
    },
    { trigger: null, waiting: false, offers: [{ offerId: 'sorry' }] },
  ]);
  expect((await shop.state('u1')).waiting).toHaveLength(1);
});
