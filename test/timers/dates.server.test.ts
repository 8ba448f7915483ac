import { beforeEach, describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { eventOf, NOW } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** It is 2026-11-30T12:00Z there, which is 20:00 in Shanghai. */
const CATALOG = `
catalog: shop
timezone: Asia/Shanghai
customer_timezone: traits.tz
triggers:
  birthday: { at: traits.birthday, decide: app, offers: [cake] }
  early: { at: traits.birthday, lead: 3d, time: "18:30", decide: app, offers: [cake] }
  joined: { at: traits.joined, once: true, decide: app, offers: [cake] }
  festival:
    at: ["2026-12-24", "2026-12-31T23:00:00Z"]
    over: 1h
    when: known(traits.birthday)
    decide: app
    offers: [cake]
offers: { cake: { treatments: { app: { title: Cake } } } }
placements: { app: { channel: app } }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

async function identify(userId: string, traits: JsonObject): Promise<void> {
  const said = eventOf({ user: userId }, '$identify', { atMs: shop.nowMs });
  if (said.stimulus.kind !== 'event') throw new Error('no event');
  const event: CustomerEvent = { ...said.stimulus.event, type: 'identify', label: null, traits };
  await shop.gateway().pipeline.submit({ ...said, stimulus: { ...said.stimulus, event } });
}

const timersOf = async (userId: string) =>
  Object.fromEntries(
    (await shop.state(userId)).timers.map(({ trigger, dueAtMs }) => [
      trigger,
      new Date(dueAtMs).toISOString(),
    ]),
  );
const dayIn = (utc: string) => Date.parse(utc) - NOW;

describe('a trigger on the date of a trait', () => {
  it('fires every year, at its time of the customer’s day', async () => {
    await identify('u1', { birthday: '1990-12-05' });
    expect(await timersOf('u1')).toMatchObject({
      birthday: '2026-12-05T01:00:00.000Z',
      early: '2026-12-02T10:30:00.000Z',
    });
    await shop.pass(dayIn('2026-12-05T01:00:00Z'));
    expect(await shop.rows('firings')).toMatchObject([
      { trigger: 'early' },
      { trigger: 'birthday' },
    ]);
    expect((await shop.rows('firings'))[1]).toMatchObject({ cause: 'date', status: 'fired' });
    expect(await timersOf('u1')).toMatchObject({ birthday: '2027-12-05T01:00:00.000Z' });
  });

  it('moves with the trait and with the timezone, and goes where it is no date', async () => {
    await identify('u1', { birthday: '1990-12-05', tz: 'America/New_York' });
    expect(await timersOf('u1')).toMatchObject({ birthday: '2026-12-05T14:00:00.000Z' });
    await identify('u1', { tz: 'nowhere' });
    expect(await timersOf('u1')).toMatchObject({ birthday: '2026-12-05T01:00:00.000Z' });
    await identify('u1', { birthday: '2000-02-29' });
    expect(await timersOf('u1')).toMatchObject({ birthday: '2027-02-28T01:00:00.000Z' });
    for (const none of ['soon', 7, true, '0001-01-01', null]) {
      await identify('u1', { birthday: none });
      expect(await timersOf('u1')).not.toHaveProperty('birthday');
    }
  });

  it('is not lost to what is said while it is due', async () => {
    await identify('u1', { birthday: '1990-12-05' });
    shop.nowMs += dayIn('2026-12-05T01:00:00.010Z');
    await identify('u1', { name: 'Ann' });
    await shop.work();
    expect((await shop.rows('firings')).map(({ trigger }) => trigger)).toContain('birthday');
  });

  it('fires once where it says so, and again the next year where it could not', async () => {
    await identify('u1', { joined: '2020-12-05' });
    await identify('u2', { joined: '2020-12-05' });
    await shop.pass(dayIn('2026-12-05T01:00:00Z'));
    expect(await shop.rows('firings')).toHaveLength(2);
    await identify('u1', { joined: '2020-12-06' });
    expect(await timersOf('u1')).not.toHaveProperty('joined');
    await identify('u3', { joined: '2020-12-06' });
    // A worker that comes a day too late.
    await shop.pass(3 * DAY);
    const third = (await shop.rows('firings')).filter((row) => row.customer_id === 'u3');
    expect(third).toMatchObject([{ status: 'missed' }]);
    expect(await timersOf('u3')).toMatchObject({ joined: '2027-12-06T01:00:00.000Z' });
  });
});

describe('a trigger on dates', () => {
  it('fires for everybody, spread over its time, also for who sends nothing', async () => {
    const without = CATALOG.replace(/ {2}festival:[\s\S]*?offers: \[cake\]\n(?=offers)/, '');
    shop = new TimedShop(redis.connection, without);
    for (let i = 0; i < 12; i++) await identify(`u${i}`, { birthday: '1990-06-01' });
    await identify('nobody', { name: 'x' });
    shop.publish(CATALOG);
    await shop.visit();
    const start = Date.parse('2026-12-24T01:00:00Z');
    await shop.pass(start - shop.nowMs);
    await shop.pass(HOUR / 2);
    const half = (await shop.rows('firings')).length;
    expect(half).toBeGreaterThan(1);
    expect(half).toBeLessThan(11);
    await shop.pass(HOUR / 2);
    expect(await shop.rows('firings')).toHaveLength(12);
    expect(await shop.rows('due_timers')).toContainEqual(
      expect.objectContaining({ customer_id: 'nobody', result: 'not_true' }),
    );
    await shop.pass(Date.parse('2027-01-01T00:00:00Z') - shop.nowMs);
    expect(await shop.rows('firings')).toHaveLength(24);
    expect(await timersOf('u1')).not.toHaveProperty('festival');
  });
});

it('is reckoned anew by another catalog, also where it is due just then', async () => {
  const alone = CATALOG.replace(/ {2}early.*\n/, '');
  shop = new TimedShop(redis.connection, alone);
  await identify('u1', { birthday: '1990-12-05' });
  shop.nowMs += dayIn('2026-12-05T01:00:00Z');
  shop.publish(
    alone.replace('at: traits.birthday, decide', 'at: traits.birthday, time: "10:00", decide'),
  );
  await shop.work();
  expect(await shop.rows('due_timers')).toContainEqual(
    expect.objectContaining({ trigger: 'birthday', result: 'moved' }),
  );
  expect(await timersOf('u1')).toMatchObject({ birthday: '2026-12-05T02:00:00.000Z' });
  await shop.pass(HOUR);
  expect((await shop.rows('firings')).filter(({ trigger }) => trigger === 'birthday')).toHaveLength(
    1,
  );
});
