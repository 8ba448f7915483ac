import { expect, it } from 'vitest';
import { keySlot, SLOTS } from '../../src/redis/key-slot.ts';

// Expected values are what `CLUSTER KEYSLOT` of a real server answers.
it('finds the slot of a key', () => {
  expect(keySlot('123456789')).toBe(0x31c3);
  expect(keySlot('foo')).toBe(12_182);
  expect(keySlot('käthe')).toBe(6_943);
  expect(keySlot('')).toBe(0);
});

it('looks at the hash tag only, where there is one that is not empty', () => {
  expect(keySlot('proffer:{17}:ledger')).toBe(keySlot('17'));
  expect(keySlot('a{b}c{d}')).toBe(keySlot('b'));
  expect(keySlot('a{}b')).toBe(13_694);
  expect(keySlot('{x')).toBe(11_068);
  expect(keySlot('{{x}')).toBe(keySlot('{x'));
  for (let i = 0; i < 100; i++) expect(keySlot(`{${i}}`)).toBeLessThan(SLOTS);
});
