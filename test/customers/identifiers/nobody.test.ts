// Calls that name nobody, or somebody by a value that stands for nobody.

import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/model/json.ts';
import { idsOf, names, PHONE, phone, read, type Said, unusableIn } from './said.ts';

describe('what names nobody', () => {
  it.each(['null', 'undefined', '[object Object]', 'guest', '"null"', '0', '-1', '111111'])(
    'an id %j is a customer as ever, and joined with nobody',
    (userId) => {
      const said: Said = { userId, anonymousId: 'a1', ids: [['phone', PHONE]] };
      expect(idsOf(said)).toEqual([userId]);
      expect(unusableIn(said)).toEqual(['user names_nobody']);
      const visitor: Said = { anonymousId: userId };
      expect(idsOf(visitor)).toEqual([`anonymous:${userId}`]);
      expect(idsOf({ ...visitor, userId: 'u1' })).toEqual(['u1']);
      expect(unusableIn({ ...visitor, userId: 'u1' })).toEqual(['anonymous names_nobody']);
      expect(idsOf({ ...visitor, ids: [['phone', PHONE]] })).toEqual([phone]);
    },
  );

  it('an id that was counted up to is not one', () => {
    expect(idsOf({ userId: '1111', anonymousId: 'a1' })).toEqual(['1111', 'anonymous:a1']);
  });

  it('an identifier is said with its reason, once', () => {
    const ids: [string, JsonValue][] = [
      ['phone', '12'],
      ['phone', '13'],
      ['phone', 'null'],
      ['card', true],
      ['email', ['li@example.com']],
      ['device', 1.5],
      ['card', 'x'.repeat(5_000)],
    ];
    expect(unusableIn({ userId: 'u1', ids })).toEqual([
      ...['phone invalid', 'phone names_nobody', 'card names_nobody', 'email invalid'],
      ...['device invalid', 'card invalid'],
    ]);
  });

  it.each([
    [
      {},
      'userId',
      "'userId', 'anonymousId' or an identifier in 'context.externalIds' is required.",
    ],
    [
      { ids: [['phone', '5']] },
      'context.externalIds',
      "'context.externalIds' names nobody: no phone has that form.",
    ],
    [
      { type: 'identify', traits: { phone: 'null' } },
      'traits',
      "'traits' names nobody: such a phone stands for nobody.",
    ],
    [{ userId: 'phone:5' }, 'userId', "'userId' names nobody: no phone has that form."],
    [
      { userId: 'card:', anonymousId: 'a' },
      'userId',
      "'userId' names nobody: no card has that form.",
    ],
  ] as const)('a call with %j is told so', (said, path, message) => {
    expect(read(said)).toEqual({ kind: 'nameless', path, message });
  });

  it('is no customer that could be looked at', () => {
    expect([names.idOf('phone:5'), names.idOf('card:0000'), names.idOf('email:')]).toEqual(
      Array(3).fill(null),
    );
  });
});
