import { describe, expect, it } from 'vitest';
import { keySlot } from '../../src/redis/key-slot.ts';
import { Keys } from '../../src/redis/keys.ts';

describe('Redis keys', () => {
  const keys = new Keys('proffer:', 64);

  it('put everything of a partition behind one hash tag', () => {
    const of17 = [
      ...Object.values(keys.partition(17)),
      keys.customer(17, 'u{1}'),
      keys.seen(17, 'x'),
    ];
    for (const key of of17) expect(key.slice(0, 13)).toBe('proffer:{17}:');
    expect(new Set(of17).size).toBe(of17.length);
  });

  it('put all versions of a snapshot into one slot', () => {
    const slots = Object.values(keys.snapshots('catalog')).map(keySlot);
    expect([slots.length, new Set(slots).size]).toEqual([3, 1]);
  });

  it('are spelled as documented', () => {
    expect(keys.customer(3, 'anonymous:a1')).toBe('proffer:{3}:customer:anonymous:a1');
    expect(keys.partition(3).ledger).toBe('proffer:{3}:ledger');
    expect(keys.seen(3, 'u1')).toBe('proffer:{3}:seen:u1');
    expect(keys.snapshots('catalog')).toEqual({
      current: 'proffer:{catalog}:current',
      versions: 'proffer:{catalog}:versions',
      contents: 'proffer:{catalog}:contents',
    });
    expect(keys.keyRate('3fa9c1d20b77')).toBe('proffer:rate:3fa9c1d20b77');
    expect(keys.deployment).toBe('proffer:deployment');
  });

  it('refuse a prefix whose braces would become the hash tag', () => {
    expect(() => new Keys('a{b}', 4)).toThrow(TypeError);
  });

  it('refuse a partition that does not exist', () => {
    expect(() => keys.partition(64)).toThrow(RangeError);
  });
});
