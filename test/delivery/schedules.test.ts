// When what failed is tried again, when a breaker opens, and what a rate lets through.

import { describe, expect, it } from 'vitest';
import { Breaker } from '../../src/delivery/breaker.ts';
import { bucketOf } from '../../src/delivery/channel-rate.ts';
import { retryAfterMs } from '../../src/delivery/retry-after.ts';
import { nextAttemptMs } from '../../src/delivery/retry-schedule.ts';

const HOUR = 3_600_000;

describe('what failed is tried again', () => {
  it('after 1, 5, 30 s, 2, 10 min, 1 h, then every 4 h up to 24 h, each ± 20 %', () => {
    const expected = [1_000, 5_000, 30_000, 120_000, 600_000, HOUR, 4 * HOUR, 4 * HOUR, 4 * HOUR];
    for (let id = 0; id < 50; id++) {
      let nowMs = 0;
      const waits: number[] = [];
      for (let attempts = 1; ; attempts++) {
        const nextMs = nextAttemptMs(`dlv_${id}`, attempts, 0, nowMs);
        if (nextMs === null) break;
        waits.push(nextMs - nowMs);
        nowMs = nextMs;
      }
      expect(waits.length).toBeGreaterThanOrEqual(10);
      expect(nowMs).toBeLessThanOrEqual(24 * HOUR);
      for (const [i, waitMs] of waits.entries()) {
        const wantedMs = expected[i] ?? 4 * HOUR;
        expect(Math.abs(waitMs / wantedMs - 1)).toBeLessThanOrEqual(0.2 + 1e-9);
      }
    }
  });

  it('not all at once: it is spread, and the same whoever asks', () => {
    const at = (n: number) => nextAttemptMs(`dlv_${n}`, 5, 0, 0);
    const all = Array.from({ length: 100 }, (_, n) => at(n));
    expect(new Set(all).size).toBeGreaterThan(90);
    expect(all.map((_, n) => at(n))).toEqual(all);
  });

  it('not before the receiver says, within reason', () => {
    expect(nextAttemptMs('d', 1, 0, 0, 60_000)).toBe(60_000);
    expect(nextAttemptMs('d', 7, 0, 0, 1)).toBeGreaterThan(3 * HOUR);
    expect(nextAttemptMs('d', 1, 0, 0, 9e9)).toBe(4 * HOUR);
    expect(nextAttemptMs('d', 1, 0, 23.5 * HOUR, HOUR)).toBeNull();
  });
});

it('reads Retry-After as seconds or a date', () => {
  expect(retryAfterMs('120', 0)).toBe(120_000);
  expect(retryAfterMs(new Date(90_000).toUTCString(), 60_000)).toBe(30_000);
  expect(retryAfterMs(new Date(0).toUTCString(), 60_000)).toBe(0);
  for (const field of [undefined, '', 'soon', '-1']) expect(retryAfterMs(field, 0)).toBeNull();
});

describe('a breaker', () => {
  const noting = (breaker: Breaker, times: number, hasFailed: boolean, nowMs: number) => {
    for (let n = 0; n < times; n++) breaker.note(hasFailed, nowMs);
  };

  it('opens when of 20 attempts 90 % failed', () => {
    const breaker = new Breaker();
    noting(breaker, 2, false, 0);
    noting(breaker, 17, true, 1_000);
    expect(breaker.isOpen).toBe(false);
    breaker.note(true, 2_000);
    expect(breaker.isOpen).toBe(true);
  });

  it('stays closed below that, and forgets what is over 30 s ago', () => {
    const breaker = new Breaker();
    noting(breaker, 3, false, 0);
    noting(breaker, 20, true, 0);
    expect(breaker.isOpen).toBe(false);
    noting(breaker, 1, false, 20_000);
    noting(breaker, 18, true, 31_000);
    expect(breaker.isOpen).toBe(false);
    breaker.note(true, 31_000);
    expect(breaker.isOpen).toBe(true);
  });

  it('lets one probe through each second, and closes when one succeeds', () => {
    const breaker = new Breaker();
    noting(breaker, 20, true, 0);
    expect(breaker.room(32, 0, 500)).toBe(0);
    expect(breaker.room(32, 0, 1_000)).toBe(1);
    breaker.begun(1_000);
    expect(breaker.room(32, 1, 1_999)).toBe(0);
    breaker.note(true, 1_500);
    expect(breaker.room(32, 0, 2_000)).toBe(1);
    breaker.begun(2_000);
    breaker.note(false, 2_100);
    expect(breaker.isOpen).toBe(false);
    expect(breaker.room(32, 2, 2_100)).toBe(30);
    breaker.note(true, 2_200);
    expect(breaker.isOpen).toBe(false);
  });

  it('goes on when the clock is set back', () => {
    const hour = 3_600_000;
    const breaker = new Breaker();
    noting(breaker, 19, true, hour);
    breaker.note(true, 0);
    expect(breaker.isOpen).toBe(false);
    noting(breaker, 19, true, 0);
    expect(breaker.isOpen).toBe(true);
    breaker.begun(hour);
    expect(breaker.room(32, 0, hour + 500)).toBe(0);
    expect(breaker.room(32, 0, 0)).toBe(1);
  });
});

it.each([
  { count: 20, perMs: 60_000 },
  { count: 1, perMs: 1_000 },
  { count: 20, perMs: 1_000 },
  { count: 1_000, perMs: 1_000 },
])('$count in $perMs ms are never more', (rate) => {
  const { perSecond, burst } = bucketOf(rate);
  // A full bucket, and what comes until the span is over.
  const most = burst - 1 + Math.ceil((perSecond * rate.perMs) / 1_000 - 1e-9);
  expect(most).toBe(rate.count);
  expect(burst).toBeGreaterThanOrEqual(1);
  expect(perSecond).toBeGreaterThan(0);
});
