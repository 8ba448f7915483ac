import { expect, it } from 'vitest';
import { forwardOf, NAME, nameScripts, PAST, stateOf } from './name-scripts.ts';

const scripts = nameScripts();
const forward = (expectedEtag: string) =>
  scripts.forward.run({
    ...{ customerKey: NAME, pastKey: PAST, expectedEtag, forward: forwardOf('u1') },
    ...{ expiryMs: 60_000, records: 12 },
  });

it('forwarded: the key leads on, and how many records there were stays known', async () => {
  await scripts.redis.set(NAME, stateOf('aaaaaaaa'));
  await scripts.redis.hset(PAST, 'o:u2', '1');
  await scripts.redis.pexpire(PAST, 1_000);
  expect(await forward('aaaaaaaa')).toBe(true);
  expect(await scripts.redis.getBuffer(NAME)).toEqual(forwardOf('u1'));
  expect(await scripts.redis.pttl(NAME)).toBeGreaterThan(50_000);
  expect(await scripts.redis.hgetall(PAST)).toEqual({ 'o:u2': '1', records: '12' });
  expect(await scripts.redis.pttl(PAST)).toBe(-1);
});

it('changed: somebody else was there', async () => {
  expect(await forward('aaaaaaaa')).toBe(false);
  await scripts.redis.set(NAME, forwardOf('u9'));
  expect(await forward('aaaaaaaa')).toBe(false);
  expect(await scripts.redis.getBuffer(NAME)).toEqual(forwardOf('u9'));
  expect(await scripts.redis.exists(PAST)).toBe(0);
});
