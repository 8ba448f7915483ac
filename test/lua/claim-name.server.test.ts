import { expect, it } from 'vitest';
import type { ClaimNameCall } from '../../src/redis/name-scripts.ts';
import { forwardTo } from '../../src/state/stored-value.ts';
import { DAY_MS, ETAG, forwardOf, NAME, NOW, nameScripts, PAST, stateOf } from './name-scripts.ts';

const scripts = nameScripts();

const claim = (claimant: string, more: Partial<ClaimNameCall> = {}) =>
  scripts.claim.run({
    ...{ nameKey: NAME, pastKey: PAST, claimant, forward: forwardOf(claimant) },
    ...{ expiryMs: 60_000, nowMs: NOW, over: '', loser: '', ownersMax: 0, windowMs: 0 },
    ...{ same: [], ...more },
  });
const weak = (claimant: string, more: Partial<ClaimNameCall> = {}) =>
  claim(claimant, { ownersMax: 3, windowMs: 30 * DAY_MS, ...more });
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

it('owned: somebody else has it; only the forward that was seen is replaced', async () => {
  await claim('u1');
  const owned = { kind: 'owned', by: 'u1', etag: ETAG };
  expect(await claim('u2')).toEqual(owned);
  expect(await claim('u2', { over: 'another.' })).toEqual(owned);
  expect(await led()).toEqual(forwardOf('u1'));
  expect(await claim('u2', { over: ETAG })).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardOf('u2'));
});

it('claimed: again by the same, under a new etag', async () => {
  await claim('u1');
  expect(await claim('u1', { forward: forwardTo('u1', 'secondly') })).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardTo('u1', 'secondly'));
});

it('claimed: for nobody, what leads to nobody; then anybody may have it', async () => {
  expect(await claim('')).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardOf(''));
  expect(await claim('', { forward: forwardTo('', 'secondly') })).toEqual({ kind: 'claimed' });
  expect(await led()).toEqual(forwardTo('', 'secondly'));
  expect(await claim('u1')).toEqual({ kind: 'claimed' });
  expect(await claim('')).toEqual({ kind: 'owned', by: 'u1', etag: ETAG });
});

it('customer: a state is in its place, sealed or not, and stays as it is', async () => {
  for (const value of [stateOf('aaaaaaaa'), Buffer.from('aaaaaaaa\xff\0\x02{}', 'latin1')]) {
    await scripts.redis.set(NAME, value);
    expect(await claim('u1', { over: 'aaaaaaaa' })).toEqual({ kind: 'customer' });
    expect(await led()).toEqual(value);
  }
});

it('shared: the third person within the window makes it nobody’s', async () => {
  expect(await weak('u1')).toEqual({ kind: 'claimed' });
  expect(await weak('u2', { over: ETAG, loser: 'u1', nowMs: NOW + DAY_MS })).toEqual({
    kind: 'claimed',
  });
  // Who had it before does not count twice.
  expect(await weak('u1', { over: ETAG, loser: 'u2', nowMs: NOW + DAY_MS })).toEqual({
    kind: 'claimed',
  });
  expect(await weak('u3', { over: ETAG, loser: 'u1', nowMs: NOW + 2 * DAY_MS })).toEqual({
    kind: 'shared',
  });
  expect(await led()).toBeNull();
  // Also for those who had it, for as long as people come with it.
  expect(await weak('u1', { nowMs: NOW + 25 * DAY_MS })).toEqual({ kind: 'shared' });
  expect(await weak('u1', { nowMs: NOW + 54 * DAY_MS })).toEqual({ kind: 'shared' });
  expect(await weak('u1', { nowMs: NOW + 85 * DAY_MS })).toEqual({ kind: 'claimed' });
});

it('shared: who had it without ever having claimed it counts as well', async () => {
  await claim('u1');
  expect(await weak('u2', { over: ETAG, loser: 'u1' })).toEqual({ kind: 'claimed' });
  expect(await weak('u3', { over: ETAG, loser: 'u2' })).toEqual({ kind: 'shared' });
  // Who is nobody in particular can have it as little, and what came under the name meanwhile stays.
  expect(await weak('visitor', { ownersMax: 0 })).toEqual({ kind: 'shared' });
  await scripts.redis.set(NAME, stateOf('aaaaaaaa'));
  expect(await weak('u1')).toEqual({ kind: 'shared' });
  expect(await led()).toEqual(stateOf('aaaaaaaa'));
});

it('shared: a name that was a customer leads nowhere, and counts on when it is one again', async () => {
  await scripts.redis.hset(PAST, 'records', '7');
  for (const user of ['u1', 'u2']) await weak(user, { over: ETAG });
  expect(await weak('u3', { over: ETAG })).toEqual({ kind: 'shared' });
  expect(await led()).toEqual(forwardOf(''));
  expect(await scripts.redis.hget(PAST, 'records')).toBe('7');
});

it('claimed: people of long ago do not count', async () => {
  await weak('u1');
  await weak('u2', { over: ETAG, loser: 'u1', nowMs: NOW + DAY_MS });
  expect(await weak('u3', { over: ETAG, loser: 'u2', nowMs: NOW + 31 * DAY_MS })).toEqual({
    kind: 'claimed',
  });
  expect((await scripts.redis.hkeys(PAST)).sort()).toEqual(['o:u3']);
});

it('keeps what is noted of a customer who had that name', async () => {
  await scripts.redis.hset(PAST, 'records', '7');
  await weak('u1');
  expect(await scripts.redis.hget(PAST, 'records')).toBe('7');
  expect(await scripts.redis.pttl(PAST)).toBe(-1);
});

it('counts a person once, whatever the person was called', async () => {
  await weak('phone');
  await weak('u2', { loser: 'card', same: ['phone', 'email'], over: await etag() });
  expect((await scripts.redis.hkeys(PAST)).sort()).toEqual(['o:card', 'o:u2']);
});

const etag = async () => (await led())!.subarray(0, 8).toString('latin1');
