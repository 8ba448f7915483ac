import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atOnce, type Sliced } from '../../src/model/sliced.ts';
import { inSlices } from '../../src/ops/in-slices.ts';

/** Counts its pieces; each takes a millisecond of a clock that goes with it. */
function work(pieces: number) {
  const clock = { ms: 0 };
  function* counting(): Sliced<number> {
    let done = 0;
    while (done < pieces) {
      clock.ms++;
      done++;
      yield;
    }
    return done;
  }
  return { clock, counting };
}

it('long work is done in slices of some milliseconds, with turns for others between', async () => {
  const { clock, counting } = work(100);
  const seen: number[] = [];
  const others = (async () => {
    while (clock.ms < 100) {
      seen.push(clock.ms);
      await setImmediate();
    }
  })();
  expect(await inSlices(counting(), () => clock.ms)).toBe(100);
  await others;
  const steps = seen.map((ms, i) => ms - (seen[i - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThan(10);
});

it('short work is done in one slice', async () => {
  const { clock, counting } = work(2);
  const working = inSlices(counting(), () => clock.ms);
  expect(clock.ms).toBe(2);
  expect(await working).toBe(2);
});

it('the same work can be done at once', () => {
  expect(atOnce(work(100).counting())).toBe(100);
});

it('what it throws on the way, its caller gets', async () => {
  function* failing(): Sliced<void> {
    yield;
    throw new Error('came to nothing');
  }
  await expect(inSlices(failing())).rejects.toThrow('came to nothing');
  expect(() => atOnce(failing())).toThrow('came to nothing');
});
