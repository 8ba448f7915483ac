import { beforeEach, describe, expect, it } from 'vitest';
import { partitionOf } from '../../src/model/hash.ts';
import { eventOf } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { keys, PARTITIONS, TimedShop } from './timed-shop.ts';

const DAY = 86_400_000;

const CATALOG = `
catalog: shop
features:
  orders: { count: Order Completed }
  last_order: { last: Order Completed }
  seen: { count: "*" }
segments:
  lapsed: since(last_order) >= duration('30d')
  lifecycle:
    - newcomer: orders == 1
    - loyal: orders >= 2
triggers:
  win_back: { enter: lapsed, decide: app, offers: [back] }
  welcome: { enter: lifecycle.newcomer, decide: app, offers: [hello] }
  thanks: { enter: lifecycle.loyal, decide: app, offers: [thanks] }
offers:
  back: { treatments: { app: { title: Come back } } }
  hello: { treatments: { app: { title: Hello } } }
  thanks: { treatments: { app: { title: Thanks } } }
placements: { app: { channel: app } }
`;
const WITHOUT = CATALOG.replace(/ {2}(win_back|welcome|thanks).*\n/g, '');
const firedBy = (rows: readonly Record<string, unknown>[]) => rows.map(({ trigger }) => trigger);

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(() => {
  shop = new TimedShop(redis.connection, CATALOG);
});

describe('a trigger on entering a segment', () => {
  it('fires by time alone, at the instant, once, and again after the customer was out', async () => {
    await shop.send('u1', 'Order Completed');
    const dueMs = shop.nowMs + 30 * DAY;
    expect(await shop.index()).toEqual(new Map([['u1', dueMs]]));
    await shop.pass(30 * DAY - 1);
    expect(firedBy(await shop.rows('firings'))).toEqual(['welcome']);
    await shop.pass(1);
    expect(await shop.rows('firings')).toMatchObject([
      { trigger: 'welcome', cause: 'enter' },
      { trigger: 'win_back', cause: 'enter', status: 'fired', fired_at: dueMs },
    ]);
    expect(await shop.rows('customer_changes')).toMatchObject([
      { segments: { lifecycle: 'newcomer' } },
      { segments: { lifecycle: 'newcomer', lapsed: 'true' } },
    ]);
    expect(await shop.index()).toEqual(new Map());
    await shop.pass(90 * DAY);
    expect(await shop.rows('firings')).toHaveLength(2);
    expect(await shop.ask('u1', 'app', false)).toMatchObject([{ trigger: null }]);
    await shop.send('u1', 'Order Completed');
    await shop.pass(30 * DAY);
    expect(firedBy(await shop.rows('firings')).sort()).toEqual([
      ...['thanks', 'welcome', 'win_back', 'win_back'],
    ]);
  });

  it('is decided in the answer to the event that leads there', async () => {
    const [decision] = await shop.send('u1', 'Order Completed');
    expect(decision).toMatchObject({ trigger: 'welcome', offers: [{ offerId: 'hello' }] });
    expect(decision).not.toHaveProperty('waiting');
    expect(await shop.send('u1', 'Viewed')).toEqual([]);
    expect(await shop.send('u1', 'Order Completed')).toMatchObject([{ trigger: 'thanks' }]);
    expect((await shop.state('u1')).waiting).toEqual([]);
  });

  it('says to the index only what comes earlier: most events cost it nothing', async () => {
    await shop.send('u1', 'Order Completed');
    const [[, firstMs] = []] = await shop.index();
    await shop.pass(10 * DAY);
    await shop.send('u1', 'Order Completed');
    expect([...(await shop.index()).values()]).toEqual([firstMs]);
    await shop.pass(20 * DAY);
    // Looked at, and nothing was new but when to come again.
    expect([...(await shop.index()).values()]).toEqual([firstMs! + 10 * DAY]);
    expect(await shop.rows('due_timers')).toMatchObject([{ trigger: '', result: 'looked' }]);
    expect(await shop.rows('firings')).toHaveLength(2);
    await shop.pass(10 * DAY);
    expect(firedBy(await shop.rows('firings'))).toContain('win_back');
  });

  it('is on time in seconds, too: what the state said too early does not make it late', async () => {
    const later = '  later: { on: Viewed, after: 1s, decide: app }\n  win_back:';
    const inSeconds = CATALOG.replace("duration('30d')", "duration('5s')");
    shop.publish(inSeconds.replace('  win_back:', later));
    await shop.send('u1', 'Order Completed');
    shop.nowMs += 2_000;
    await shop.send('u1', 'Order Completed');
    const dueMs = shop.nowMs + 5_000;
    shop.nowMs += 2_500;
    await shop.send('u1', 'Viewed');
    await shop.pass(500);
    // Another timer comes between the look that was too early and the one that is not.
    expect([...(await shop.index()).values()]).toEqual([dueMs - 1_500]);
    await shop.pass(500);
    expect([...(await shop.index()).values()]).toEqual([dueMs]);
    await shop.pass(1_500);
    expect(await shop.rows('firings')).toContainEqual(
      expect.objectContaining({ trigger: 'win_back', due_at: dueMs, fired_at: dueMs }),
    );
  });

  it('is entered at the very instant, however soon that is after the look before it', async () => {
    shop.publish(CATALOG.replace("duration('30d')", "duration('5s')"));
    await shop.send('u1', 'Order Completed');
    shop.nowMs += 300;
    await shop.send('u1', 'Order Completed');
    const dueMs = shop.nowMs + 5_000;
    await shop.pass(4_700);
    expect([...(await shop.index()).values()]).toEqual([dueMs]);
  });

  it('puts off nothing where somebody asks before there is anything to look at', async () => {
    await shop.send('u1', 'Order Completed');
    const [[, dueMs] = []] = await shop.index();
    const { timers } = keys.partition(partitionOf('u1', PARTITIONS));
    shop.nowMs = dueMs! - 2_000;
    await shop.scripts.visit(timers, 'u1', shop.nowMs);
    await shop.work();
    expect([...(await shop.index()).values()]).toEqual([dueMs]);
  });

  it('does not fire for who was in when it was published, and reaches who sends nothing', async () => {
    shop = new TimedShop(redis.connection, WITHOUT);
    await shop.send('was-in', 'Order Completed');
    shop.nowMs += 20 * DAY;
    await shop.send('comes-in', 'Order Completed');
    shop.nowMs += 20 * DAY;
    shop.publish(CATALOG);
    await shop.visit();
    await shop.work();
    expect(await shop.rows('firings')).toEqual([]);
    await shop.pass(10 * DAY);
    expect(await shop.rows('firings')).toMatchObject([
      { customer_id: 'comes-in', trigger: 'win_back' },
    ]);
    // What was published before has nobody to visit.
    const before = (await shop.rows('due_timers')).length;
    shop.publish(`${CATALOG}currency: CNY\n`);
    await shop.visit();
    expect(await shop.rows('due_timers')).toHaveLength(before);
  });

  describe('reaches who came while it was not in force:', () => {
    const LESS = CATALOG.replace(/ {2}win_back.*\n/, '');
    beforeEach(async () => {
      shop = new TimedShop(redis.connection, WITHOUT);
      await shop.send('u1', 'Order Completed');
    });
    const expectWonBack = async (...users: readonly string[]) => {
      await shop.visit();
      await shop.pass(30 * DAY);
      const fired = (await shop.rows('firings')).filter(({ trigger }) => trigger === 'win_back');
      expect(fired.map(({ customer_id: id }) => id).sort()).toEqual(users);
    };

    it('another was, while customers were visited', async () => {
      shop.publish(CATALOG);
      const visiting = shop.visit();
      shop.publish(LESS);
      shop.visited = () => {
        shop.visited = () => {};
        shop.publish(CATALOG);
      };
      await visiting;
      await expectWonBack('u1');
    });

    it('another was, while nobody looked', async () => {
      shop.publish(CATALOG);
      await shop.visit();
      for (const [user, goOn] of [
        ['u2', () => shop.takeOver()],
        ['u3', () => {}],
      ] as const) {
        shop.publish(LESS);
        await shop.send(user, 'Order Completed');
        shop.publish(CATALOG);
        goOn();
        await shop.visit();
      }
      await expectWonBack('u1', 'u2', 'u3');
    });

    it('but visits nobody again for another layout, whoever looks', async () => {
      shop.publish(CATALOG);
      await shop.visit();
      shop.visited = () => expect.unreachable();
      for (const currency of ['CNY', 'EUR']) {
        shop.publish(`${CATALOG}currency: ${currency}\n`);
        shop.takeOver();
        await shop.visit();
      }
    });
  });

  it('goes on with a visit while other layouts come, however many', async () => {
    shop = new TimedShop(redis.connection, WITHOUT);
    await shop.send('u1', 'Order Completed');
    // More than one page of a SCAN.
    const others = Array.from({ length: 500 }, (_, i) => [`other-${i}`, '']).flat();
    await redis.connection.call('mset', others);
    shop.publish(CATALOG);
    let visited = 0;
    let pages = 0;
    shop.visited = (count) => {
      visited += count;
      shop.publish(`${CATALOG}currency: ${++pages % 2 === 0 ? 'CNY' : 'EUR'}\n`);
    };
    await shop.visit();
    expect(pages).toBeGreaterThan(2);
    expect(visited).toBe(1);
  });

  it('begins a visit anew when keys moved meanwhile: some may have passed it by', async () => {
    shop = new TimedShop(redis.connection, WITHOUT);
    await shop.send('u1', 'Order Completed');
    shop.publish(CATALOG);
    let pages = 0;
    shop.visited = () => {
      shop.place = `elsewhere ${Math.min(++pages, 2)}`;
    };
    await shop.visit();
    expect(pages).toBe(3);
    await shop.visit();
    expect(pages).toBe(3);
  });

  it('fires for who was in, spread over some time, where it says so', async () => {
    shop = new TimedShop(redis.connection, WITHOUT);
    for (let i = 0; i < 20; i++) await shop.send(`u${i}`, 'Order Completed');
    shop.nowMs += 40 * DAY;
    shop.publish(CATALOG.replace('enter: lapsed,', 'enter: lapsed, existing: true, over: 1h,'));
    await shop.visit();
    const dues = [...(await shop.index()).values()];
    expect(dues).toHaveLength(20);
    expect(new Set(dues).size).toBeGreaterThan(10);
    expect(Math.max(...dues)).toBeLessThan(shop.nowMs + 3_600_000);
    await shop.send('u3', 'Order Completed');
    await shop.pass(3_600_000);
    const fired = (await shop.rows('firings')).filter(({ trigger }) => trigger === 'win_back');
    expect(fired.map(({ customer_id: id }) => id)).not.toContain('u3');
    expect(fired).toHaveLength(19);
    await shop.visit();
    await shop.pass(DAY);
    expect(await shop.rows('firings')).toHaveLength(20);
  });

  it('notes what an import tells of, and fires nothing for the past', async () => {
    const old = async (userId: string, agoMs: number) => {
      const event = eventOf({ user: userId }, 'Order Completed', { atMs: shop.nowMs - agoMs });
      const imported = { receivedAtMs: shop.nowMs, live: false };
      await shop.gateway().pipeline.submit({ ...event, ...imported });
    };
    await old('long-ago', 100 * DAY);
    await old('soon', 30 * DAY - 1_000);
    await shop.pass(999);
    expect(firedBy(await shop.rows('firings'))).toEqual(['welcome', 'welcome']);
    await shop.pass(1);
    const [fired] = (await shop.rows('firings')).filter(({ trigger }) => trigger === 'win_back');
    expect(fired).toMatchObject({ customer_id: 'soon' });
    await shop.pass(100 * DAY);
    expect(await shop.rows('firings')).toHaveLength(3);
  });

  it('is looked at once when two customers turn out to be one, and fires for neither again', async () => {
    await shop.send('u1', 'Order Completed');
    await shop
      .gateway()
      .pipeline.submit(eventOf({ anonymous: 'a1' }, 'Order Completed', { atMs: shop.nowMs }));
    await shop
      .gateway(1)
      .pipeline.submit(eventOf({ user: 'u1', anonymous: 'a1' }, 'identify', { atMs: shop.nowMs }));
    await shop.work();
    // Both had one order: together they are loyal.
    expect(firedBy(await shop.rows('firings')).sort()).toEqual(['thanks', 'welcome', 'welcome']);
    await shop.pass(30 * DAY);
    expect(await shop.rows('firings')).toHaveLength(4);
    expect(await shop.index()).toEqual(new Map());
  });
});
