// A version takes its time to prepare: what runs goes on, and what is published meanwhile comes after.

import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { LiveSnapshot, type Readied } from '../../src/snapshots/live-snapshot.ts';
import type { Snapshot } from '../../src/snapshots/snapshot.ts';

let open: (() => void)[] = [];
afterEach(() => {
  // Whatever still waits at its gate would go round for ever.
  for (const gate of open) gate();
  open = [];
});

function setUp(deadlineMs = 60_000) {
  let stored: Snapshot<string> | null = null;
  const gates = new Map<number, () => void>();
  const begun: number[] = [];
  const refused: string[] = [];
  let atWork = 0;
  let atWorkMax = 0;
  const live = new LiveSnapshot<string, number>({
    reader: { latest: async () => stored, read: async () => stored },
    *ready({ publication, content }): Generator<undefined, Readied<number>, undefined> {
      begun.push(publication);
      atWorkMax = Math.max(atWorkMax, ++atWork);
      let isOpen = content !== 'gated';
      const gate = () => {
        isOpen = true;
      };
      gates.set(publication, gate);
      open.push(gate);
      while (!isOpen) yield;
      atWork--;
      if (content === 'broken') throw new Error('came to nothing');
      return { kind: 'ready', version: publication };
    },
    onRefused: (_, reason) => refused.push(reason),
    onLoaded: () => {},
    deadlineMs,
  });
  return {
    ...{ live, begun, refused },
    put(publication: number, content = '') {
      stored = { publication, hash: `h${publication}`, content };
    },
    async started(publication: number) {
      while (!begun.includes(publication)) await setImmediate();
    },
    finish: (publication: number) => gates.get(publication)!(),
    atWorkMax: () => atWorkMax,
  };
}

describe('while a version is prepared', () => {
  it('the one before is in force, and everything else has its turn', async () => {
    const { live, put, started, finish } = setUp();
    put(1);
    await live.refresh();
    put(2, 'gated');
    const refreshing = live.refresh();
    await started(2);
    for (let i = 0; i < 5; i++) {
      await setImmediate();
      expect([live.current(), live.atLeast(1)]).toEqual([1, 1]);
    }
    finish(2);
    await refreshing;
    expect(live.current()).toBe(2);
  });

  it('all who need it wait for it, and it is prepared once', async () => {
    const { live, put, started, finish, begun } = setUp();
    put(1);
    await live.refresh();
    put(2, 'gated');
    const polled = [live.refresh(), live.refresh()];
    const needed = [live.atLeast(2), live.atLeast(2)];
    await started(2);
    needed.push(live.atLeast(2));
    finish(2);
    expect(await Promise.all(needed)).toEqual([2, 2, 2]);
    await Promise.all(polled);
    expect(begun).toEqual([1, 2]);
  });

  it('a later one waits until it is done, and those between are left out', async () => {
    const { live, put, started, finish, begun, atWorkMax } = setUp();
    put(1, 'gated');
    const first = live.refresh();
    await started(1);
    put(2);
    const polled = live.refresh();
    put(3);
    const needed = live.atLeast(3);
    finish(1);
    expect(await needed).toBe(3);
    await Promise.all([first, polled]);
    expect(live.current()).toBe(3);
    expect([begun, atWorkMax()]).toEqual([[1, 3], 1]);
  });

  it('nobody waits longer than the deadline, and it is in force once it is done', async () => {
    const { live, put, started, finish, begun } = setUp(20);
    put(1);
    await live.refresh();
    put(2, 'gated');
    await expect(live.atLeast(2)).rejects.toThrow(Unavailable);
    await started(2);
    await expect(live.atLeast(2)).rejects.toThrow(Unavailable);
    expect(live.current()).toBe(1);
    finish(2);
    await live.refresh();
    expect([live.current(), live.atLeast(2), begun]).toEqual([2, 2, [1, 2]]);
  });

  it('and fails on the way, it is refused, and the next one is not', async () => {
    const { live, put, refused, begun } = setUp();
    put(1);
    await live.refresh();
    put(2, 'broken');
    await live.refresh();
    await live.refresh();
    expect([live.current(), refused]).toEqual([1, ['came to nothing']]);
    put(3);
    await live.refresh();
    expect([live.current(), begun]).toEqual([3, [1, 2, 3]]);
  });
});
