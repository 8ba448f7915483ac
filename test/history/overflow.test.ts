import { beforeEach, expect, it } from 'vitest';
import { Overflow } from '../../src/history/spool/overflow.ts';

const changes: boolean[] = [];
let overflow: Overflow;
beforeEach(() => {
  changes.length = 0;
  overflow = new Overflow(2, 100, (isSpooling) => changes.push(isSpooling));
  overflow.worked();
});

it('inserts while inserting shortens the lag, however long it is', () => {
  for (const lag of [9_000, 8_000, 7_000, 101]) {
    expect(overflow.plan(0, [0, lag], true, 0)).toBe('insert');
  }
  expect(changes).toEqual([]);
});

it('spools when a round of inserts did not shorten a long lag, until it is below half', () => {
  expect(overflow.plan(0, [150], true, 0)).toBe('insert');
  expect(overflow.plan(0, [150], true, 0)).toBe('spool');
  expect(overflow.plan(0, [99], true, 0)).toBe('spool');
  expect(overflow.plan(0, [51], true, 0)).toBe('spool');
  expect(overflow.plan(0, [50], true, 0)).toBe('insert');
  expect(overflow.plan(0, [99], true, 0)).toBe('insert');
});

it('waits longer and longer while history fails, and spools only what is too long', () => {
  overflow.failed(1_000);
  expect(overflow.plan(0, [100], true, 1_050)).toBe('wait');
  expect(overflow.plan(0, [101], true, 1_050)).toBe('spool');
  expect(overflow.plan(1, [100], true, 1_100)).toBe('insert');
  overflow.failed(1_100);
  overflow.failed(1_101);
  expect(overflow.plan(1, [100], true, 1_299)).toBe('wait');
  expect(overflow.plan(1, [100], true, 1_300)).toBe('insert');
  overflow.worked();
  expect(overflow.plan(1, [300], true, 1_301)).toBe('spool');
});

it('has failed since the first failure, whatever goes to disk or finds nothing to do meanwhile', () => {
  expect(overflow.failingMs(500)).toBe(0);
  overflow.failed(1_000);
  expect(overflow.plan(0, [500], true, 1_050)).toBe('spool');
  overflow.failed(1_200);
  expect(overflow.plan(1, [0], true, 60_000)).toBe('insert');
  expect(overflow.failingMs(61_000)).toBe(60_000);
  overflow.worked();
  expect(overflow.failingMs(61_000)).toBe(0);
});

it('tries to insert now and then where some partition always lags by more than half', () => {
  overflow.failed(0);
  expect(overflow.plan(0, [200], true, 0)).toBe('spool');
  // Not while history fails: each try could hang for as long as an insert may take.
  expect(overflow.plan(0, [60], true, 31_000)).toBe('spool');
  overflow.worked();
  expect(overflow.plan(0, [200], true, 31_000)).toBe('insert');
  // It got shorter: on with it.
  expect(overflow.plan(0, [150], true, 31_100)).toBe('insert');
  // It did not: to disk, for a while.
  expect(overflow.plan(0, [150], true, 31_200)).toBe('spool');
  expect(overflow.plan(0, [60], true, 61_199)).toBe('spool');
  expect(overflow.plan(0, [60], true, 61_200)).toBe('insert');
});

it('does not insert before history has answered once', () => {
  const fresh = new Overflow(1, 100, () => {});
  expect(fresh.plan(0, [5], true, 1e15)).toBe('wait');
  expect(fresh.plan(0, [101], true, 1e15)).toBe('spool');
  expect(fresh.mayBringHome(1e15)).toBe(false);
});

it('goes on as without a spool while the spool cannot be written', () => {
  overflow.failed(0);
  expect(overflow.plan(0, [500], true, 0)).toBe('spool');
  expect(overflow.plan(0, [500], false, 0)).toBe('wait');
  expect(overflow.plan(0, [500], false, 200)).toBe('insert');
  expect(overflow.isSpooling).toBe(false);
});

it('tells of an outage once, and of its end when history works and nothing is spooled', () => {
  overflow.failed(0);
  for (const lag of [200, 40, 200, 40]) overflow.plan(0, [lag], true, 0);
  overflow.plan(1, [200], true, 0);
  expect(changes).toEqual([true]);
  overflow.worked();
  expect(changes).toEqual([true]);
  overflow.plan(1, [], true, 0);
  overflow.worked();
  overflow.worked();
  expect(changes).toEqual([true, false]);
});

it('lets files come home while groups spool, and rests only after history failed', () => {
  for (const group of [0, 1]) {
    overflow.plan(group, [150], true, 0);
    expect(overflow.plan(group, [150], true, 0)).toBe('spool');
  }
  expect(overflow.mayBringHome(0)).toBe(true);
  overflow.failed(1_000);
  expect(overflow.plan(0, [150], true, 1_000)).toBe('spool');
  expect(overflow.mayBringHome(1_050)).toBe(false);
  // Nobody else may ask: where the lag stays long every group spools for as long as it does.
  expect(overflow.mayBringHome(1_100)).toBe(true);
  overflow.worked();
  expect(overflow.mayBringHome(1_101)).toBe(true);
});
