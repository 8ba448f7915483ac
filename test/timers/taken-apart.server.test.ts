// A merge taken back while timers are pending: each has what was theirs, nothing fires twice, and nothing
// is forgotten, wherever the process dies that takes it back.

import { beforeEach, expect, it } from 'vitest';
import { dueMs } from '../../src/state/due.ts';
import { cutConnection } from '../customers/cut-connection.ts';
import { ledgerHistory } from '../customers/ledger-history.ts';
import { eventOf, openShop, type Shop } from '../customers/shop.ts';
import { RedisOfFile } from './redis-of-file.ts';
import { keys, TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const CATALOG = `
catalog: shop
features: { views: { count: Viewed, window: 3h } }
segments: { busy: views >= 2 }
triggers:
  cart: { on: Added, unless: Ordered, after: 1h, decide: app }
  complaint: { on: Filed, unless: Resolved, per: properties.ticket, after: 2h, decide: app }
  keen: { enter: busy, decide: app }
offers: { gift: { treatments: { app: { title: Gift } } } }
placements: { app: { channel: app } }
`;

const redis = new RedisOfFile();
let shop: TimedShop;
beforeEach(begin);

async function begin(): Promise<void> {
  await redis.flush();
  shop = new TimedShop(redis.connection, CATALOG);
}

async function send(user: string, name: string, ticket?: string): Promise<void> {
  const properties = ticket === undefined ? {} : { ticket };
  const event = eventOf({ user }, name, { atMs: shop.nowMs, properties });
  expect(await shop.gateway().pipeline.submit(event)).toMatchObject({ kind: 'done' });
}

async function merge(): Promise<void> {
  expect(await shop.gateway().customers.merge('u2', 'u1')).toMatchObject({ kind: 'merged' });
}

async function takeBack(at: Shop = shop.gateway(1)): Promise<unknown> {
  const { merges } = (await at.customers.findFresh('u2')).state;
  if (merges.length === 0) return null;
  return at.customers.unmerge('u2', merges[0]!.mergeId, ledgerHistory(redis.connection, keys));
}

const pendingOf = async (user: string) =>
  (await shop.state(user)).timers.map(({ trigger, key, dueAtMs }) => [trigger, key, dueAtMs]);

/** Who was told what, in order. */
async function fired(): Promise<string[]> {
  const rows = await shop.rows('firings');
  return rows.map((row) => `${row.trigger}${row.key ?? ''}`).sort();
}

it('gives each what was theirs, and what came of their own events since', async () => {
  const startMs = shop.nowMs;
  await send('u1', 'Added');
  await send('u2', 'Filed', 'T2');
  await send('u1', 'Filed', 'T0');
  await shop.pass(10 * MINUTE);
  await merge();
  // Of the survivor it is moved; the other's own waits on.
  await send('u2', 'Added');
  await send('u1', 'Filed', 'T1');
  await send('u1', 'Resolved', 'T0');
  await shop.pass(MINUTE);
  expect(await takeBack()).toMatchObject({ kind: 'unmerged' });
  expect(await pendingOf('u1')).toEqual([
    ['cart', null, startMs + HOUR],
    ['complaint', 'T1', startMs + 10 * MINUTE + 2 * HOUR],
  ]);
  expect(await pendingOf('u2')).toEqual([
    ['cart', null, startMs + 70 * MINUTE],
    ['complaint', 'T2', startMs + 2 * HOUR],
  ]);
  await shop.pass(3 * HOUR);
  await shop.pass(MINUTE);
  expect(await fired()).toEqual(['cart', 'cart', 'complaintT1', 'complaintT2']);
});

it('fires nothing again that had fired for the one that they were', async () => {
  await send('u1', 'Added');
  await send('u2', 'Viewed');
  await merge();
  await send('u1', 'Viewed');
  await shop.pass(HOUR);
  expect(await fired()).toEqual(['cart', 'keen']);
  expect(await takeBack()).toMatchObject({ kind: 'unmerged' });
  await shop.pass(MINUTE);
  expect(await fired()).toEqual(['cart', 'keen']);
  // What waits is with whom it was armed by.
  expect((await shop.state('u1')).waiting).toMatchObject([{ trigger: 'cart' }]);
  expect((await shop.state('u2')).waiting).toEqual([]);
  // Neither is in the segment alone; who comes into it enters.
  await send('u2', 'Viewed');
  expect(await fired()).toEqual(['cart', 'keen', 'keen']);
});

it('forgets nothing that is due, wherever it is cut', async () => {
  const cut = cutConnection(redis.connection);
  const prepare = async () => {
    await begin();
    await send('u1', 'Added');
    await send('u2', 'Filed', 'T2');
    await shop.pass(MINUTE);
    await merge();
    await send('u1', 'Filed', 'T1');
  };
  const open = () => openShop(cut.connection, keys, CATALOG, () => shop.nowMs);
  await prepare();
  cut.mend();
  expect(await takeBack(open())).toMatchObject({ kind: 'unmerged' });
  const { calls } = cut;
  for (let at = 1; at <= calls; at++) {
    for (const isSent of [false, true]) {
      const which = `call ${at} of ${calls}, ${isSent ? 'unanswered' : 'not sent'}`;
      await prepare();
      cut.cut(at, isSent);
      await takeBack(open()).catch(() => {});
      cut.mend();
      await expectIndexed(which);
      await shop.pass(3 * HOUR);
      // Whoever was on the way is come back for.
      await shop.pass(MINUTE);
      expect(await fired(), which).toEqual(['cart', 'complaintT1', 'complaintT2']);
    }
  }
});

/** Whoever has something due is in the index by then. */
async function expectIndexed(which: string): Promise<void> {
  const index = await shop.index();
  for (const user of ['u1', 'u2']) {
    const { states } = shop.gateway(1);
    states.evict(user);
    const loaded = await states.load(user);
    if (!('state' in loaded)) continue;
    expect(index.get(user) ?? Number.POSITIVE_INFINITY, `${which}, ${user}`).toBeLessThanOrEqual(
      dueMs(loaded.state),
    );
  }
}
