import { describe, expect, it } from 'vitest';
import { boundedLanes, RUN_MAX } from '../../src/state/lanes.ts';
import { fakeClock } from '../support/fake-clock.ts';

const LIMITS = { laneMax: 100, totalMax: 1_000, waitMsMax: 500 };

/** Lanes whose runs end when the test says so. */
function lanesUnderTest(limits = LIMITS) {
  const runs: { customerId: string; run: readonly number[]; end: (error?: Error) => void }[] = [];
  const clock = fakeClock();
  const expired: number[] = [];
  const waitedMs: number[] = [];
  const factory = boundedLanes(limits, {
    monotonicMs: clock.monotonicMs,
    waited: (durationMs) => waitedMs.push(durationMs),
  });
  const lanes = factory<number>(
    (customerId, run) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error === undefined ? resolve() : reject(error));
        runs.push({ customerId, run, end });
      }),
    (items) => expired.push(...items),
  );
  return { lanes, runs, clock, expired, waitedMs, gauge: factory.gauge };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('lanes', () => {
  it('serve a lone item at once, in the same turn', () => {
    const { lanes, runs } = lanesUnderTest();
    expect(lanes.push('a', 1)).toBe(true);
    expect(runs.map(({ customerId, run }) => [customerId, run])).toEqual([['a', [1]]]);
  });

  it('serve one customer one run at a time, what waits meanwhile together and in order', async () => {
    const { lanes, runs } = lanesUnderTest();
    for (let i = 1; i <= 4; i++) lanes.push('a', i);
    await settled();
    expect(runs.length).toBe(1);
    runs[0]!.end();
    await settled();
    expect(runs.map(({ run }) => run)).toEqual([[1], [2, 3, 4]]);
    lanes.push('a', 5);
    runs[1]!.end();
    await settled();
    expect(runs[2]!.run).toEqual([5]);
  });

  it('serve other customers meanwhile', () => {
    const { lanes, runs } = lanesUnderTest();
    lanes.push('a', 1);
    lanes.push('b', 2);
    expect(runs.map(({ customerId }) => customerId)).toEqual(['a', 'b']);
  });

  it('hand over no more than a run holds, and keep the order across runs', async () => {
    const { lanes, runs } = lanesUnderTest();
    for (let i = 0; i <= RUN_MAX * 2 + 3; i++) lanes.push('a', i);
    for (let i = 0; i < 4; i++) {
      runs[i]!.end();
      await settled();
    }
    expect(runs.map(({ run }) => run.length)).toEqual([1, RUN_MAX, RUN_MAX, 3]);
    expect(runs.flatMap(({ run }) => run)).toEqual(
      Array.from({ length: RUN_MAX * 2 + 4 }, (_, i) => i),
    );
  });

  it('refuse what is too much for one customer, and take again when there is room', async () => {
    const { lanes, runs } = lanesUnderTest({ ...LIMITS, laneMax: 2 });
    expect([1, 2, 3, 4].map((i) => lanes.push('a', i))).toEqual([true, true, true, false]);
    expect(lanes.push('b', 1)).toBe(true);
    runs[0]!.end();
    await settled();
    expect(lanes.push('a', 5)).toBe(true);
  });

  it('refuse what is too much in total, and take again when there is room', async () => {
    const { lanes, runs } = lanesUnderTest({ ...LIMITS, totalMax: 2 });
    expect(['a', 'b', 'c'].map((id) => lanes.push(id, 1))).toEqual([true, true, false]);
    expect(lanes.push('a', 2)).toBe(false);
    runs[0]!.end();
    await settled();
    expect(lanes.push('c', 1)).toBe(true);
  });

  it('do not serve what waited too long, and serve what comes after it', async () => {
    const { lanes, runs, clock, expired, waitedMs, gauge } = lanesUnderTest();
    for (const item of [1, 2, 3]) lanes.push('a', item);
    clock.advance(300);
    lanes.push('a', 4);
    clock.advance(201);
    runs[0]!.end();
    await settled();
    expect([expired, runs[1]!.run]).toEqual([[2, 3], [4]]);
    expect(waitedMs).toEqual([501, 501, 201]);
    expect(gauge.items()).toBe(1);
    lanes.push('a', 5);
    clock.advance(501);
    runs[1]!.end();
    await settled();
    expect(expired).toEqual([2, 3, 5]);
    expect([gauge.lanes(), gauge.items()]).toEqual([0, 0]);
    expect(lanes.push('a', 6)).toBe(true);
    expect(runs[2]!.run).toEqual([6]);
  });

  it('never let a full run of what is in time go short for what is not', async () => {
    const { lanes, runs, clock, expired } = lanesUnderTest();
    for (let i = 0; i < 40; i++) lanes.push('a', i);
    clock.advance(501);
    for (let i = 40; i < 90; i++) lanes.push('a', i);
    runs[0]!.end();
    await settled();
    expect(expired.length).toBe(39);
    expect(runs[1]!.run).toEqual(Array.from({ length: RUN_MAX }, (_, i) => 40 + i));
  });

  it('leave nothing behind when their work is done', async () => {
    const { lanes, runs, gauge } = lanesUnderTest();
    for (let i = 0; i < 50; i++) lanes.push(`customer-${i % 7}`, i);
    expect([gauge.lanes(), gauge.items()]).toEqual([7, 50]);
    for (let i = 0; i < runs.length; i++) {
      runs[i]!.end();
      await settled();
    }
    expect([gauge.lanes(), gauge.items()]).toEqual([0, 0]);
  });

  it('go on after a run that failed', async () => {
    const { lanes, runs, gauge } = lanesUnderTest();
    lanes.push('a', 1);
    lanes.push('a', 2);
    runs[0]!.end(new Error('the server of this run failed'));
    await settled();
    expect(runs[1]!.run).toEqual([2]);
    runs[1]!.end();
    await settled();
    expect(gauge.lanes()).toBe(0);
  });
});
