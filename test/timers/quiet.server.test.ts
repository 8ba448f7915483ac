import { beforeEach, describe, expect, it } from 'vitest';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { valid } from '../catalog/compile.ts';
import { NOW } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CATALOG = `
catalog: shop
timezone: UTC
triggers:
  seen: { on: Viewed, decide: [push, app] }
offers:
  deal: { treatments: { push: { title: "{{ event.properties.name }}" }, app: { title: Deal } } }
placements:
  push: { channel: push, quiet: 22:00-08:00 }
  app: { channel: app }
`;
const WITH_TIME = CATALOG.replace(
  'offers:',
  '  left: { on: Added, unless: Ordered, after: 1h, decide: push }\noffers:',
);

/** The first 23:00 after the shop's first instant. */
const NIGHT = Math.ceil((NOW - 23 * HOUR) / (24 * HOUR)) * 24 * HOUR + 23 * HOUR;
const MORNING = NIGHT + 9 * HOUR;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
  shop.nowMs = NIGHT;
});

describe('quiet hours', () => {
  it('put off what an event fires, though no trigger waits for time', async () => {
    expect(bindProgram(valid(CATALOG), 1).time.isAwaited).toBe(true);
    const answered = await shop.send('u1', 'Viewed', { properties: { name: 'Lamp' } });
    expect(answered.map(({ placement }) => placement)).toEqual(['app']);
    const [[, dueMs] = ['', 0]] = await shop.index();
    expect(dueMs).toBeGreaterThanOrEqual(MORNING);
    expect(dueMs).toBeLessThan(MORNING + 15 * MINUTE);
    await shop.pass(dueMs - NIGHT - 1);
    expect((await shop.state('u1')).waiting).toEqual([]);
    await shop.pass(1);
    expect(await shop.index()).toEqual(new Map());
    expect(await shop.rows('firings')).toMatchObject([{ trigger: 'seen', fired_at: NIGHT }]);
    expect(await shop.rows('due_timers')).toMatchObject([{ trigger: 'seen', due_at: dueMs }]);
    for (const offers of [[{ treatment: { title: 'Lamp' } }], [{ treatment: { title: '' } }]]) {
      expect(await shop.ask('u1', 'push')).toMatchObject([{ offers }]);
    }
  });

  it('put off what time fires, and it fires once', async () => {
    shop.publish(WITH_TIME);
    await shop.send('u1', 'Added', { properties: { name: 'Lamp' } });
    await shop.send('u2', 'Added');
    await shop.send('u2', 'Ordered');
    await shop.pass(HOUR);
    expect(await shop.rows('firings')).toMatchObject([{ customer_id: 'u1', cause: 'absence' }]);
    expect(await shop.ask('u1', 'push')).toMatchObject([{ offers: [] }]);
    const [[, dueMs] = ['', 0]] = await shop.index();
    expect(dueMs).toBeGreaterThanOrEqual(MORNING);
    shop.takeOver();
    await shop.pass(MORNING + 15 * MINUTE - shop.nowMs);
    expect(await shop.rows('firings')).toHaveLength(1);
    expect((await shop.state('u1')).waiting).toMatchObject([{ placements: ['push'] }]);
    expect(await shop.ask('u1', 'push')).toMatchObject([{ trigger: 'left', waiting: true }]);
  });

  it('leave one of several placements to be chosen, by what is kept of the customer', async () => {
    const choice = CATALOG.replace('[push, app]', '{ one_of: [push, app] }');
    shop = new TimedShop(redis.connection, choice);
    shop.nowMs = NIGHT;
    const placements = async () => (await shop.send('u1', 'Viewed')).map((one) => one.placement);
    expect(await placements()).toEqual(['app']);
    shop.nowMs = MORNING;
    // 0.5 / (n + 5) beside a little more than 0.25 / (1 + 5).
    for (let n = 0; n < 7; n++) expect(await placements()).toEqual(['push']);
    expect(await placements()).toEqual(['app']);
    const { preferred } = await shop.state('u1');
    expect([...preferred.keys()]).toEqual(['push', 'app']);
    shop.publish(choice.replace('channel: app', 'channel: app, quiet: 21:00-09:00'));
    shop.nowMs = NIGHT + 24 * HOUR;
    expect(await placements()).toEqual([]);
    expect((await shop.state('u1')).timers).toMatchObject([{ placements: ['push', 'app'] }]);
  });
});
