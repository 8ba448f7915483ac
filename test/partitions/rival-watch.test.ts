import { expect, it } from 'vitest';
import { RivalWatch } from '../../src/partitions/rival-watch.ts';

/** Leases of 600 ms: a beat every 150 ms, and 2,600 ms are 18 of them, the last begun. */
const TTL_MS = 600;
const PATIENCE = 18;

function watched() {
  const told: string[] = [];
  return { told, watch: new RivalWatch(TTL_MS, (worker) => told.push(worker)) };
}

it('tells of an elder that goes on for longer than a dead one is heard of', () => {
  const { told, watch } = watched();
  for (let beats = 5; beats <= 5 + PATIENCE; beats++) watch.look('elder', beats);
  expect(told).toEqual([]);
  watch.look('elder', 5 + PATIENCE + 1);
  watch.look('elder', 5 + PATIENCE + 2);
  expect(told).toEqual(['elder', 'elder']);
});

it('takes no elder for a rival that went meanwhile, or that nobody heard of while Redis was away', () => {
  const { told, watch } = watched();
  watch.look('elder', 1);
  watch.look(null, 10);
  watch.look('elder', 1 + PATIENCE + 1);
  // However often it is looked: only what Redis has answered counts.
  for (let i = 0; i < 100; i++) watch.look('elder', 1 + PATIENCE + 1);
  expect(told).toEqual([]);
});
