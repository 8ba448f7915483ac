import { describe, expect, it } from 'vitest';
import { DEFAULT_IDENTIFIERS, kindOf } from '../../src/model/identity.ts';

const HASH = 'Ab3_-Ab3_-Ab3_-Ab3_-Ab';

describe('the kind of a customer id', () => {
  it.each([
    ['anonymous:a1', 'anonymous'],
    ['anonymous:', 'anonymous'],
    [`phone:${HASH}`, 'phone'],
    [`device:${HASH}`, 'device'],
    [`phone:${HASH}x`, 'user'],
    [`phone:${HASH.slice(1)}`, 'user'],
    [`phone:${HASH.slice(1)}+`, 'user'],
    [`phone:${HASH}\n`, 'user'],
    [`fax:${HASH}`, 'user'],
    [`constructor:${HASH}`, 'user'],
    [`:${HASH}`, 'user'],
    [HASH, 'user'],
    ['phone:+8613800138000', 'user'],
    ['u1', 'user'],
    ['', 'user'],
  ])('%j is of kind %s', (id, kind) => {
    expect(kindOf(id, DEFAULT_IDENTIFIERS)).toBe(kind);
  });

  it('knows the kinds that a catalog adds', () => {
    const rule = { kind: 'fax', trait: null, max: 1, windowMs: null, weak: false };
    expect(kindOf(`fax:${HASH}`, new Map([['fax', rule]]))).toBe('fax');
  });
});
