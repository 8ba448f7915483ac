import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { LiveMemory } from '../../src/ops/live-memory.ts';
import { waitFor } from '../support/conditions.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const live = new LiveMemory();
afterAll(() => live.stop());

test('what a full collection left is told, and garbage is not', async () => {
  const leftBy = async (isThere: (bytes: number) => boolean) => {
    await waitFor('a collection to leave that', () => {
      collect();
      return isThere(live.bytes);
    });
    return live.bytes;
  };
  // Other tests ran in this process: what they left is no part of it.
  let rounds = 0;
  const base = await leftBy(() => ++rounds > 5);
  let kept: Buffer | null = Buffer.alloc(64 * 1024 * 1024);
  const held = kept.length;
  const before = await leftBy((bytes) => bytes > base + held / 2);
  expect(kept.length).toBe(held);
  kept = null;
  // Buffers are freed in the background, and their bytes are gone by the collection after that.
  expect(await leftBy((bytes) => bytes < before - held / 2)).toBeGreaterThan(1e6);
});
