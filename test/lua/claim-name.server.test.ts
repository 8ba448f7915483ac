import { expect, it } from 'vitest';
import type { ClaimNameCall } from '../../src/redis/name-scripts.ts';
import { DAY_MS, forwardOf, NAME, NOW, nameScripts, PAST, stateOf } from './name-scripts.ts';

const scripts = nameScripts();

const claim = (claimant: string, more: Partial<ClaimNameCall> = {}) =>
  scripts.claim.run({
    ...{ nameKey: NAME, pastKey: PAST, claimant, forward: forwardOf(claimant) },
    ...{ expiryMs: 60_000, nowMs: NOW, holder: '', ownersMax: 0, windowMs: 30 * DAY_MS, ...more },
  });
const weak = (claimant: string, more: Partial<ClaimNameCall> = {}) =>
  claim(claimant, { ownersMax: 3, ...more });
const led = () => scripts.redis.getBuffer(NAME);

it('claimed: a name of nobody leads to who claims it first, and for as long as it is used', async () => {
  expect(await claim('jürgen')).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardOf('jürgen'));
  expect(await scripts.redis.pttl(NAME)).toBeGreaterThan(50_000);
  await scripts.redis.pexpire(NAME, 5_000);
  expect(await claim('jürgen')).toEqual({ kind: 'claimed' });
  expect(await scripts.redis.pttl(NAME)).toBeGreaterThan(50_000);
  // A person's own name leaves nothing else behind.
  expect(await scripts.redis.exists(PAST)).toBe(0);
});

it('owned: somebody else has it; only who is named as the holder can lose it', async () => {
  await claim('u1');
  expect(await claim('u2')).toEqual({ kind: 'owned', by: 'u1' });
  expect(await claim('u2', { holder: 'u3' })).toEqual({ kind: 'owned', by: 'u1' });
  expect(await led()).toEqual(forwardOf('u1'));
  expect(await claim('u2', { holder: 'u1' })).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardOf('u2'));
});

it('customer: a state is in its place, sealed or not, and stays as it is', async () => {
  for (const value of [stateOf('aaaaaaaa'), Buffer.from('aaaaaaaa\xff\0\x02{}', 'latin1')]) {
    await scripts.redis.set(NAME, value);
    expect(await claim('u1', { holder: 'u1' })).toEqual({ kind: 'customer' });
    expect(await led()).toEqual(value);
  }
});

it('shared: the third person within the window makes it nobody’s', async () => {
  expect(await weak('u1')).toEqual({ kind: 'claimed' });
  expect(await weak('u2', { holder: 'u1', nowMs: NOW + DAY_MS })).toEqual({ kind: 'claimed' });
  // Who had it before does not count twice.
  expect(await weak('u1', { holder: 'u2', nowMs: NOW + DAY_MS })).toEqual({ kind: 'claimed' });
  expect(await weak('u3', { holder: 'u1', nowMs: NOW + 2 * DAY_MS })).toEqual({ kind: 'shared' });
  expect(await led()).toBeNull();
  // Also for those who had it, for as long as people come with it.
  expect(await weak('u1', { nowMs: NOW + 25 * DAY_MS })).toEqual({ kind: 'shared' });
  expect(await weak('u1', { nowMs: NOW + 54 * DAY_MS })).toEqual({ kind: 'shared' });
  expect(await weak('u1', { nowMs: NOW + 85 * DAY_MS })).toEqual({ kind: 'claimed' });
});

it('claimed: people of long ago do not count', async () => {
  await weak('u1');
  await weak('u2', { holder: 'u1', nowMs: NOW + DAY_MS });
  expect(await weak('u3', { holder: 'u2', nowMs: NOW + 31 * DAY_MS })).toEqual({ kind: 'claimed' });
  expect((await scripts.redis.hkeys(PAST)).sort()).toEqual(['o:u3']);
});

it('keeps what is noted of a customer who had that name', async () => {
  await scripts.redis.hset(PAST, 'records', '7');
  await weak('u1');
  expect(await scripts.redis.hget(PAST, 'records')).toBe('7');
  expect(await scripts.redis.pttl(PAST)).toBe(-1);
});
