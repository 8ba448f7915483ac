import { afterEach, expect, test, vi } from 'vitest';
import { startAwakeClock } from './awake-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('counts running time, and of a pause a moment', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  const clock = startAwakeClock();
  vi.advanceTimersByTime(1_000);
  expect(clock.nowMs()).toBe(1_000);
  // As when the machine stands still: no timer fires for 5 s.
  const ran = performance.now();
  vi.spyOn(performance, 'now').mockReturnValue(ran + 5_000);
  expect(clock.nowMs()).toBe(1_100);
  vi.restoreAllMocks();
  clock.stop();
});

test('a time-out is one of running time', () => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
  const clock = startAwakeClock();
  const signal = clock.timeout(500);
  vi.advanceTimersByTime(480);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(20);
  expect(signal.aborted).toBe(true);
  clock.stop();
});
