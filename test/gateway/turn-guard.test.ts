import { afterEach, expect, it } from 'vitest';
import { TurnGuard } from '../../src/gateway/turn-guard.ts';
import { fakeClock } from '../support/fake-clock.ts';

let guard: TurnGuard | null = null;
afterEach(() => guard?.stop());

/** How many of `count` requests that cost `costMs` each are taken. */
function taken(guarded: TurnGuard, advance: (ms: number) => void, count: number, costMs: number) {
  let n = 0;
  for (let i = 0; i < count; i++) {
    if (!guarded.takes()) continue;
    n++;
    advance(costMs);
  }
  return n;
}

it('takes all that comes while turns are short', () => {
  const clock = fakeClock();
  guard = new TurnGuard(80, clock.monotonicMs);
  for (let turn = 0; turn < 50; turn++) {
    expect(taken(guard, clock.advance, 1_900, 0.05)).toBe(1_900);
    guard.begin();
  }
});

it('takes a turn’s worth of more than it can serve, and everything again when the load is gone', () => {
  const clock = fakeClock();
  guard = new TurnGuard(80, clock.monotonicMs);
  for (let turn = 0; turn < 5; turn++) {
    const n = taken(guard, clock.advance, 10_000, 0.05);
    expect(n).toBeGreaterThanOrEqual(2_000);
    expect(n).toBeLessThan(2_000 + 64);
    guard.begin();
  }
  expect(taken(guard, clock.advance, 200, 0.05)).toBe(200);
});

it('spares a few large requests that fill a long turn by themselves', () => {
  const clock = fakeClock();
  guard = new TurnGuard(80, clock.monotonicMs);
  expect(taken(guard, clock.advance, 60, 20)).toBe(60);
});

it('notices by itself that a new turn began', async () => {
  const clock = fakeClock();
  const watched = new TurnGuard(80, clock.monotonicMs);
  guard = watched;
  expect(taken(watched, clock.advance, 500, 10)).toBeLessThan(500);
  expect(watched.takes()).toBe(false);
  await expect.poll(() => watched.takes()).toBe(true);
});
