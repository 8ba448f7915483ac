// The table of partners beside maps, which need no blocks and no chunks.

import { describe, expect, it } from 'vitest';
import { PartnerTable } from '../../../src/model/crowd/partner-table.ts';
import { seeded, testSeed } from '../../support/seeded.ts';

describe('the table of partners', () => {
  it('holds what maps hold, through growing, forgetting and sweeping', () => {
    const random = seeded(testSeed());
    const table = new PartnerTable(1_000, true);
    const maps = new Map<number, Map<number, [number, number]>>();
    for (let n = 0; n < 60_000; n++) {
      const item = random.below(random.below(200) + 1);
      const partner = random.below(400);
      table.add(item, partner, n % 5, 1);
      const map = maps.get(item) ?? new Map<number, [number, number]>();
      const [count, other] = map.get(partner) ?? [0, 0];
      maps.set(item, map.set(partner, [count + (n % 5), other + 1]));
      if (n % 1_000 !== 0) continue;
      table.forget(partner);
      maps.delete(partner);
      table.sweep((held) => held === item);
      for (const each of maps.values()) each.delete(item);
    }
    for (let item = 0; item < 200; item++) {
      const { length, items, counts, others } = table.of(item);
      const held = Array.from({ length }, (_, k) => [items[k], [counts[k], others[k]]] as const);
      expect(held).toEqual([...(maps.get(item) ?? [])]);
    }
  });

  it('makes room by the quarter with the smallest counts, the oldest of equals first', () => {
    const table = new PartnerTable(8);
    for (const [partner, count] of [5, 1, 1, 1, 3, 1, 1, 1].entries()) table.add(0, partner, count);
    table.add(0, 9, 1);
    expect([...table.of(0).items]).toEqual([0, 3, 4, 5, 6, 7, 9]);
    table.put(1, Int32Array.of(4, 2), Float64Array.of(7, 8), new Float64Array(0));
    expect([...table.of(1).counts]).toEqual([7, 8]);
    expect(table.of(1).others).toHaveLength(0);
  });
});
