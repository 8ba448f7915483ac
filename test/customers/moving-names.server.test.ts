import { expect, it } from 'vitest';
import { RedisNameStore } from '../../src/state/redis-name-store.ts';
import { crossingShops } from './crossing-shops.ts';
import { NOW } from './shop.ts';

// What random histories found once, by hand.

const shops = crossingShops();
const { id, user, submit, views } = shops;
const who = async (kind: string, value: string) =>
  (await shops.reader.customers.findFresh(id(kind, value))).state.customerId;

it('others stay where they were when a name moves on that was a customer', async () => {
  await shops.begin();
  const { other } = shops;
  // The key of the visitor leads on by way of the device.
  await views(other, { anonymous: 'a1' }, { device: 'd1', anonymous: 'a1' });
  await views(other, { user: 'u1', device: 'd1' }, { user: 'u2', device: 'd1' });
  expect(await who('device', 'd1')).toBe(user('u2'));
  expect(await who('anonymous', 'a1')).toBe(user('u1'));
});

it('a card of nobody is kept when what comes with it has to be folded', async () => {
  await shops.begin();
  const { other } = shops;
  await views(other, { user: 'u1', phone: '1' }, { device: 'd1' });
  await views(other, { card: 'C1', phone: '1', device: 'd1' });
  for (const [kind, value] of [
    ['card', 'C1'],
    ['device', 'd1'],
  ] as const) {
    expect(await who(kind, value)).toBe(user('u1'));
  }
});

it('a browser moves on while a fold into its owner is not forwarded yet', async () => {
  for (let at = 1; at <= 12; at++) {
    await shops.begin();
    const { shop, other, cut } = shops;
    await views(other, { anonymous: 'a1' }, { user: 'u2' });
    const login = shops.event({ user: 'u1', anonymous: 'a1' }, 'Viewed');
    cut.cut(at, true);
    await submit(shop, login).catch(() => {});
    cut.mend();
    await submit(shop, login);
    await views(other, { user: 'u2', anonymous: 'a1' });
    expect(await who('anonymous', 'a1')).toBe(user('u2'));
  }
});

it('a message that is sent again takes nothing back', async () => {
  await shops.begin();
  const { shop, other } = shops;
  const login = shops.event({ user: 'u1', anonymous: 'a1' }, 'Viewed');
  await submit(shop, login);
  await views(other, { user: 'u2', anonymous: 'a1' });
  for (const at of [shop, other]) await submit(at, login);
  expect(await who('anonymous', 'a1')).toBe(user('u2'));
});

it('who had a browser counts, whenever an earlier call of theirs comes late', async () => {
  const store = new RedisNameStore(shops.connection, shops.keys, 400 * 86_400_000);
  const sharing = { ownersMax: 3, windowMs: 30 * 86_400_000, same: [] };
  const { shop, other, cut } = shops;
  let isHeld = true;
  for (let at = 1; isHeld; at++) {
    await shops.begin();
    await views(other, { phone: '1', device: 'd1' });
    cut.hold(at);
    const second = views(shop, { user: 'u1', device: 'd1' });
    isHeld = await Promise.race([cut.reached.then(() => true), second.then(() => false)]);
    // Of a call that was made again meanwhile, and answered.
    const late = { id: id('device', 'd1'), by: id('phone', '1'), nowMs: NOW };
    await store.claim({ ...late, over: '', loser: '', sharing });
    cut.release();
    await second;
    await views(other, { phone: '2', device: 'd1' });
    expect(await who('device', 'd1'), `before call ${at}`).toBe(id('device', 'd1'));
  }
});
