import { describe, expect, it } from 'vitest';
import { bucket, heldOut, murmur3 } from '../../src/model/hash.ts';

describe('murmur3', () => {
  // Published vectors of MurmurHash3_x86_32, every length of the tail among them.
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['hello', 0, 0x248bfa47],
    ['hello, world', 0, 0x149bbb7f],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ])('of %j with seed %i', (text, seed, expected) => {
    expect(murmur3(text, seed)).toBe(expected);
  });

  // Long and non-ASCII texts take another way; the values are of a second implementation.
  it.each([
    ['x'.repeat(1_024), 0x31c89c43],
    ['x'.repeat(1_025), 0xcbef8242],
    [`${'x'.repeat(999)}é`, 0xcd4e6b87],
  ])('of a long text', (text, expected) => {
    expect(murmur3(text)).toBe(expected);
  });
});

describe('draws', () => {
  it('are of salt and customer, by the letter of the rule', () => {
    expect(bucket('s', 'u1', 1_000)).toBe(murmur3('s:u1') % 1_000);
    const drawn = murmur3('holdout:home:u1') % 10_000;
    expect([heldOut('home', 'u1', drawn), heldOut('home', 'u1', drawn + 1)]).toEqual([false, true]);
  });
});
