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
  let kept: Buffer | null = Buffer.alloc(64 * 1024 * 1024);
  collect();
  const held = kept.length;
  await waitFor('the buffer to be seen', () => live.bytes > held);
  const before = live.bytes;
  kept = null;
  // Buffers are freed in the background, and their bytes are gone by the collection after that.
  await waitFor('the buffer to be gone', () => {
    collect();
    return live.bytes < before - held / 2;
  });
  expect(live.bytes).toBeGreaterThan(1e6);
});
