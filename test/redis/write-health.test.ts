import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { WriteHealth } from '../../src/redis/write-health.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const readonly = new Unavailable('store_unavailable', 1, { cause: new Error('READONLY replica') });

/** A health whose probe is taken or not, as `taken` says. */
function health(taken = false) {
  const state = { taken, probes: 0 };
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const writes = new WriteHealth({
    async probe() {
      state.probes++;
      if (!state.taken) throw readonly;
    },
    monotonicMs: () => Date.now(),
    // biome-ignore lint/suspicious/noExplicitAny: a log takes many shapes, this one takes lines
    log: { info: say, warn: say } as any,
  });
  /** Writes fail for so long, ten times a second. */
  const failFor = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      writes.failed(readonly);
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  return { writes, state, lines, failFor };
}

describe('the health of writes', () => {
  it('is not in doubt before writes failed for a while', async () => {
    const { writes, state, failFor } = health();
    await failFor(1_900);
    expect([writes.takesWrites, state.probes]).toEqual([true, 0]);
    await failFor(300);
    expect(writes.takesWrites).toBe(false);
  });

  it('is not in doubt while some writes succeed', async () => {
    const { writes, state, failFor } = health();
    for (let i = 0; i < 10; i++) {
      await failFor(1_500);
      writes.succeeded();
    }
    expect([writes.takesWrites, state.probes]).toEqual([true, 0]);
  });

  it('is doubted 2 s after the last success, not after the first failure', async () => {
    const { writes, failFor } = health();
    await failFor(500);
    writes.succeeded();
    await failFor(1_900);
    expect(writes.takesWrites).toBe(true);
    await failFor(300);
    expect(writes.takesWrites).toBe(false);
  });

  it('stays while the probe is taken, whatever fails', async () => {
    const { writes, state, failFor, lines } = health(true);
    let isSteady = true;
    for (let i = 0; i < 100; i++) {
      await failFor(100);
      isSteady &&= writes.takesWrites;
    }
    expect(isSteady).toBe(true);
    expect(state.probes).toBeGreaterThan(2);
    expect(lines).toEqual(['no write succeeded for 2 s: READONLY replica']);
  });

  it('comes back without traffic, a second after the probe is taken, and does not flap', async () => {
    const { writes, state, failFor, lines } = health();
    await failFor(2_200);
    let isSteady = true;
    for (let i = 0; i < 100; i++) {
      await vi.advanceTimersByTimeAsync(100);
      isSteady &&= !writes.takesWrites;
    }
    expect(isSteady).toBe(true);
    expect(state.probes).toBeLessThan(13);
    state.taken = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.takesWrites).toBe(true);
    expect(lines).toEqual([
      'no write succeeded for 2 s: READONLY replica',
      'Redis takes no writes: not ready',
      'Redis takes writes again: ready',
    ]);
    const { probes } = state;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.probes).toBe(probes);
  });

  it('is asked at once when there is a new connection', async () => {
    const { writes, state, failFor } = health();
    await failFor(2_200);
    state.taken = true;
    writes.connected();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes.takesWrites).toBe(true);
  });
});
