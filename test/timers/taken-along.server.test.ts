// What must not come twice, and must not be left out: to who travels, under a catalog that changes all the
// time or is large, and by a key that is for some placements only.

import { describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { eventOf, type Names } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { TimedShop } from './timed-shop.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SHANGHAI = 'Asia/Shanghai';
const NEW_YORK = 'America/New_York';

const redis = new RedisOfFile();
let shop: TimedShop;

/** With two placements and an offer that names the ticket. */
function open(catalog: string): void {
  shop = new TimedShop(redis.connection, withOffer(catalog));
}

const withOffer = (catalog: string) => `
catalog: shop
timezone: Asia/Shanghai
customer_timezone: traits.tz
features: { views: { count: Viewed } }
segments: { keen: views >= 2 }
${catalog}
offers: { o: { treatments: { app: { title: "{{ event.properties.n }}" }, web: { title: Web } } } }
placements: { app: { channel: app }, web: { channel: web } }
`;

async function identify(traits: JsonObject, names: Names = { user: 'u1' }): Promise<void> {
  const said = eventOf(names, '$identify', { atMs: shop.nowMs });
  if (said.stimulus.kind !== 'event') throw new Error('no event');
  const event: CustomerEvent = { ...said.stimulus.event, type: 'identify', label: null, traits };
  await shop.gateway().pipeline.submit({ ...said, stimulus: { ...said.stimulus, event } });
}

async function firings(trigger?: string): Promise<readonly (readonly [string, unknown])[]> {
  const rows = await shop.rows('firings');
  return rows
    .filter((row) => trigger === undefined || row.trigger === trigger)
    .map((row) => [String(row.trigger), row.status]);
}

describe('who travels has each date once', () => {
  const DATES = `
triggers:
  birthday: { at: traits.birthday, decide: app }
  again: { at: ["2026-12-03", "2026-12-04", "2026-12-05"], over: 1m, decide: app }
  last: { at: ["2026-12-03"], over: 1m, decide: app }
  instant: { at: "2026-12-03T06:00:00Z", over: 1m, decide: app }
`;
  const count = async () =>
    Object.fromEntries(
      await Promise.all(
        ['birthday', 'again', 'last', 'instant'].map(async (name) => {
          const fired = (await firings(name)).filter(([, status]) => status === 'fired');
          return [name, fired.length] as const;
        }),
      ),
    );

  it.each([
    ['west after it was', SHANGHAI, NEW_YORK, '2026-12-03T02:00:00Z'],
    ['east before it is', NEW_YORK, SHANGHAI, '2026-12-03T02:00:00Z'],
    ['west before it is', SHANGHAI, NEW_YORK, '2026-12-03T00:59:00Z'],
    ['east after it was', NEW_YORK, SHANGHAI, '2026-12-03T15:00:00Z'],
  ])('%s', async (_, from, to, at) => {
    open(DATES);
    await identify({ birthday: '1990-12-03', tz: from });
    await shop.pass(Date.parse(at) - shop.nowMs);
    await identify({ birthday: '1990-12-03', tz: to });
    for (let hour = 0; hour < 80; hour++) await shop.pass(HOUR);
    expect(await count()).toEqual({ birthday: 1, again: 3, last: 1, instant: 1 });
    const [next, ...none] = (await shop.state('u1')).timers;
    expect([next?.trigger, none]).toEqual(['birthday', []]);
    const nine = to === SHANGHAI ? 'T01:00:00.000Z' : 'T14:00:00.000Z';
    expect(new Date(next!.dueAtMs).toISOString()).toBe(`2027-12-03${nine}`);
    // There and back: nothing of a year that is over.
    await identify({ tz: from });
    await identify({ tz: to });
    await shop.pass(DAY);
    expect((await count()).birthday).toBe(1);
  });

  it('who turns out to be a visitor from elsewhere, too', async () => {
    open(DATES);
    await identify({ birthday: '1990-12-03', tz: SHANGHAI });
    await shop.pass(Date.parse('2026-12-03T02:00:00Z') - shop.nowMs);
    await identify({ birthday: '1990-12-03', tz: NEW_YORK }, { anonymous: 'a1' });
    await identify({}, { user: 'u1', anonymous: 'a1' });
    for (const hours of [1, 12, 12, 12, 36]) await shop.pass(hours * HOUR);
    expect(await count()).toEqual({ birthday: 1, again: 3, last: 1, instant: 1 });
    const [next] = (await shop.state('u1')).timers;
    expect(new Date(next!.dueAtMs).toISOString()).toBe('2027-12-03T14:00:00.000Z');
  });
});

describe('what is remembered of a definition that the catalog has is not forgotten', () => {
  const enters = (name: string, count: number) =>
    Array.from(
      { length: count },
      (_, i) => `  ${name}${i}: { enter: keen, existing: true, decide: app }`,
    ).join('\n');
  const once = async () => {
    const fired = await firings();
    expect(new Set(fired.map(([trigger]) => trigger)).size).toBe(fired.length);
    return fired.length;
  };

  it('for others that come and go', async () => {
    open(`triggers:\n${enters('old', 1)}`);
    for (let n = 0; n < 2; n++) await shop.send('u1', 'Viewed');
    for (const name of ['b', 'c', 'd']) {
      shop.publish(withOffer(`triggers:\n${enters('old', 1)}\n${enters(name, 120)}`));
      await shop.visit();
      await shop.pass(HOUR);
    }
    expect((await shop.state('u1')).noted.size).toBe(256);
    await shop.send('u1', 'Viewed');
    await shop.pass(HOUR);
    expect(await once()).toBe(361);
  });

  it('however many they are', async () => {
    open(`triggers:\n${enters('a', 1)}`);
    for (let n = 0; n < 2; n++) await shop.send('u1', 'Viewed');
    shop.publish(withOffer(`triggers:\n${enters('a', 300)}`));
    await shop.visit();
    for (let n = 0; n < 3; n++) {
      await shop.pass(HOUR);
      await shop.send('u1', 'Viewed');
    }
    // The 256 timers of a customer and the one that had fired.
    expect(await once()).toBeGreaterThanOrEqual(257);
  });
});

describe('by a key for some placements', () => {
  it('a segment is entered, and an absence begins, for the others all the same', async () => {
    open(`
triggers:
  there: { enter: keen, decide: app }
  both: { enter: keen, decide: [app, web] }
  either: { enter: keen, decide: { one_of: [web, app] } }
  late: { on: Viewed, unless: Bought, after: 1h, decide: app }
  elsewhere: { on: Viewed, decide: app }
`);
    const within = { placements: new Set(['web']), outcome: true };
    for (let n = 0; n < 3; n++) {
      const event = eventOf({ user: 'u1' }, 'Viewed', { atMs: shop.nowMs });
      const result = await shop.gateway().pipeline.submit({ ...event, within });
      const answer = result.kind === 'done' ? (JSON.parse(result.answer) as JsonObject[]) : [];
      expect(answer.map(({ placement }) => placement)).toEqual(n === 1 ? ['web'] : []);
    }
    expect((await firings()).map(([name]) => name)).toEqual(['there', 'both', 'either']);
    await shop.pass(HOUR);
    const { waiting } = await shop.state('u1');
    expect(waiting.map(({ trigger, placements }) => [trigger, placements])).toEqual([
      ['there', ['app']],
      ['both', ['app']],
      ['late', ['app']],
    ]);
    expect(await shop.ask('u1', 'app')).toMatchObject([{ waiting: true, trigger: 'there' }]);
  });
});

describe('what one customer keeps', () => {
  it('is bounded, whatever `per` values are, and each is still its own', async () => {
    open('triggers: { t: { on: Filed, unless: Done, per: properties.t, after: 1h, decide: app } }');
    const ticket = (n: number) => `${'😀'.repeat(5_000)}${n}`;
    for (let n = 0; n < 20; n++) await shop.send('u1', 'Filed', { properties: { t: ticket(n) } });
    await shop.send('u1', 'Done', { properties: { t: ticket(7) } });
    const { timers } = await shop.state('u1');
    expect(new Set(timers.map(({ key }) => key)).size).toBe(19);
    expect(Math.max(...timers.map(({ key }) => key!.length))).toBeLessThanOrEqual(256);
    await shop.pass(HOUR);
    await shop.send('u1', 'Done', { properties: { t: ticket(8) } });
    expect((await shop.state('u1')).waiting).toHaveLength(18);
  });

  it('of a trigger that fires again before anybody asks, the newer waits', async () => {
    open(
      'triggers: { t: { on: Filed, after: 1h, decide: app }, u: { on: Filed, after: 1h, decide: app } }',
    );
    for (const n of ['old', 'new']) {
      await shop.send('u1', 'Filed', { properties: { n } });
      await shop.pass(HOUR);
    }
    expect((await shop.state('u1')).waiting.map(({ trigger }) => trigger)).toEqual(['t', 'u']);
    expect(await shop.ask('u1', 'app')).toMatchObject([
      { waiting: true, offers: [{ treatment: { title: 'new' } }] },
    ]);
    expect((await shop.state('u1')).waiting).toEqual([]);
  });

  it('of two customers who are one, what both had fired waits once', async () => {
    open('triggers: { t: { on: Filed, after: 1h, decide: app } }');
    for (const user of ['u1', 'u2']) {
      await shop.send(user, 'Filed', { properties: { n: user } });
      await shop.pass(HOUR);
    }
    expect(await shop.gateway().customers.merge('u2', 'u1')).toMatchObject({ kind: 'merged' });
    expect((await shop.state('u2')).waiting).toHaveLength(1);
    expect(await shop.ask('u1', 'app')).toMatchObject([
      { offers: [{ treatment: { title: 'u2' } }] },
    ]);
  });
});
