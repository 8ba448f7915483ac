import { expect, it } from 'vitest';
import { BACKLOG_BYTES_MAX, Backlog } from '../../src/gateway/streams/backlog.ts';

const KB = 1_024;

it('takes whatever a connection takes, and so much more while it takes nothing', () => {
  const backlog = new Backlog();
  expect(backlog.takes(2 * BACKLOG_BYTES_MAX)).toBe(true);
  backlog.waits(200 * KB, 1_000);
  expect([backlog.takes(56 * KB), backlog.missed]).toEqual([true, false]);
  expect([backlog.takes(57 * KB), backlog.missed]).toEqual([false, true]);
  // Nothing overtakes what was left out.
  expect(backlog.takes(1)).toBe(false);
  expect(backlog.drained()).toBe(true);
  expect([backlog.takes(1), backlog.drained()]).toEqual([true, false]);
});

it('is stuck after a minute without anything taken, from when it began to wait', () => {
  const backlog = new Backlog();
  expect(backlog.isStuck(1e9)).toBe(false);
  backlog.waits(1, 1_000);
  backlog.waits(1, 50_000);
  expect([backlog.isStuck(61_000), backlog.isStuck(61_001)]).toEqual([false, true]);
  // Who reads, however slowly, is not.
  backlog.moves(61_002);
  expect([backlog.isStuck(121_002), backlog.isStuck(121_003)]).toEqual([false, true]);
  backlog.drained();
  expect(backlog.isStuck(1e9)).toBe(false);
});
