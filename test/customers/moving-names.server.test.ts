import { expect, it } from 'vitest';
import { crossingShops } from './crossing-shops.ts';

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
