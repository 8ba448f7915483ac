// Whom a call names, by all that can say it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdentifierReader } from '../../../src/customers/identifiers/identifier-reader.ts';
import { NameReader } from '../../../src/customers/identifiers/name-reader.ts';
import {
  DEFAULT_IDENTIFIERS,
  isStrong,
  USER_ALONE,
  VISITOR_ALONE,
} from '../../../src/model/identity.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import { fixedNames, KNOWN_HASH } from '../../support/fixed-names.ts';
import {
  card,
  device,
  email,
  idOf,
  idsOf,
  named,
  names,
  PHONE,
  phone,
  read,
  rules,
  type Said,
  unusableIn,
} from './said.ts';

describe('one name', () => {
  it('of a customer or a visitor is said by a constant', () => {
    expect(named({ userId: 'u1' })).toMatchObject({ customerId: 'u1', naming: USER_ALONE });
    expect(named({ userId: 'u1', type: 'identify' }).naming).toBe(USER_ALONE);
    expect(named({ anonymousId: 'a1' }).customerId).toBe('anonymous:a1');
    expect(named({ anonymousId: 'a1' }).naming).toBe(VISITOR_ALONE);
  });

  it.each([
    ['phone', PHONE, phone, '+8613800138000'],
    ['email', 'Li@Example.com', email, 'li@example.com'],
    ['card', 'c-1234', card, 'C1234'],
    ['device', 'd1', device, 'd1'],
    ['loyalty', 77, idOf('loyalty', '77'), '77'],
    ['card', 12345678901234567890n, idOf('card', '12345678901234567890'), '12345678901234567890'],
  ])('of %s %s is the hash of its one spelling', (kind, given, id, value) => {
    const alone = { customerId: id, naming: { kind, value, aliases: [], unusable: [] } };
    expect(named({ ids: [[kind, given]] })).toMatchObject({ ...alone, userId: null });
    // History has the id of the call, and no number in it.
    expect(named({ userId: `${kind}:${given}` })).toMatchObject({ ...alone, userId: id });
    expect(names.idOf(`${kind}:${given}`)).toBe(id);
    expect(id).toMatch(new RegExp(`^${kind}:[A-Za-z0-9_-]{22}$`));
    expect(names.idOf(id)).toBe(id);
  });

  it.each([
    ...['*', '{17}', 'customer:', 'customer:{17}:u1', 'urn:x:1', 'a:b', ':phone', 'Phone:+86', ''],
    ...['a/b', 'a+b', '李', 'user:u1', '__proto__', 'constructor:x', 'anonymous:a1', 'anonymous:'],
  ])('%j is an id as it stands', (id) => {
    expect(names.idOf(id)).toBe(id);
    if (id !== '') expect(named({ userId: id }).customerId).toBe(id);
  });

  it('anonymous:a1 is the visitor a1', () => {
    expect(named({ userId: 'anonymous:a1', anonymousId: 'a1' }).naming).toBe(VISITOR_ALONE);
  });
});

describe('an id that we made', () => {
  it('is not any text of the same form, and not one of another kind', () => {
    const made = phone.slice('phone:'.length);
    expect(names.idOf(`card:${made}`)).not.toBe(`card:${made}`);
    expect(names.idOf(`phone:${'A'.repeat(22)}`)).toBe(null);
    const uuid = 'device:3q2-7wAAQACAAAAAAAAAAQ';
    expect(names.idOf(uuid)).toBe(named({ ids: [['device', uuid.slice(7)]] }).customerId);
  });
});

describe('several names', () => {
  it('are those of the strongest, whatever their order', () => {
    const ids: [string, JsonValue][] = [
      ['device', 'd1'],
      ['shelf', 's1'],
      ['loyalty', 'L1'],
      ['email', 'li@example.com'],
      ['phone', PHONE],
      ['card', 'c1234'],
    ];
    const strongest = ['card', 'phone', 'email'].map((kind) => ({ card, phone, email })[kind]!);
    const others = [idOf('loyalty', 'L1'), idOf('shelf', 's1'), device, 'anonymous:a1'];
    const order = ['u1', ...strongest, ...others];
    expect(idsOf({ userId: 'u1', anonymousId: 'a1', ids })).toEqual(order);
    expect(idsOf({ userId: 'u1', anonymousId: 'a1', ids: ids.toReversed() })).toEqual(order);
    expect(idsOf({ anonymousId: 'a1', ids })).toEqual(order.slice(1));
    expect(idsOf({ userId: `device:d1`, ids })).toEqual(order.slice(1, -1));
  });

  it('rank as their catalog says: a weak phone behind an e-mail, a strong device before a visitor', () => {
    const weakPhone = { ...DEFAULT_IDENTIFIERS.get('phone')!, weak: true };
    const strongDevice = { ...DEFAULT_IDENTIFIERS.get('device')!, weak: false };
    const other = new Map([...rules, ['phone', weakPhone], ['device', strongDevice]]);
    const externalIds = ['phone', 'device', 'email'].map((type, i) => ({
      type,
      id: [PHONE, 'd1', 'li@example.com'][i]!,
    }));
    const call = { type: 'track', userId: null, anonymousId: 'a1', traits: {} } as const;
    const got = fixedNames(other, 'CN').read({
      ...call,
      context: { externalIds },
      previousId: null,
    });
    if (got.kind !== 'named') throw new Error(got.message);
    const order = [got.customerId, ...got.naming.aliases.map(({ id }) => id)];
    expect(order).toEqual([email, device, phone, 'anonymous:a1']);
    expect([isStrong('phone', other), isStrong('device', other)]).toEqual([false, true]);
  });

  it('are each said once, and at most sixteen', () => {
    const same: [string, JsonValue][] = [
      ['phone', PHONE],
      ['phone', '+86 138 0013 8000'],
    ];
    expect(idsOf({ userId: 'u1', ids: same })).toEqual(['u1', phone]);
    const many = Array.from({ length: 40 }, (_, i): [string, JsonValue] => ['device', `d${i}`]);
    const { naming } = named({ userId: 'u1', anonymousId: 'a1', ids: many });
    expect(naming.aliases).toHaveLength(16);
  });

  it('come from marked traits of an identify alone', () => {
    const traits = { phone: PHONE, email: '', card: null, loyalty_id: 'L1', device: 'd1' };
    const said = { userId: 'u1', traits };
    expect(idsOf({ ...said, type: 'identify' })).toEqual(['u1', phone, idOf('loyalty', 'L1')]);
    expect(idsOf({ ...said, type: 'group' })).toEqual(['u1']);
    expect(idsOf({ type: 'identify', traits })[0]).toBe(phone);
  });

  it('are not what is context only', () => {
    const entry = { type: 'phone', id: PHONE };
    const none: JsonValue[] = [
      ...['x', null, { phone: PHONE }, [], [null, 5, 'phone', [entry]], [{ type: 'phone' }]],
      ...[[{ type: 'user_id', id: 'u2' }], [{ type: 'anonymous', id: 'a2' }], [{ id: PHONE }]],
      ...[[{ ...entry, collection: 'accounts' }], [{ ...entry, encoding: 'sha256' }]],
      ...[[{ type: 'phone', id: '' }], [{ type: 'phone', id: null }], [{ type: 5, id: 'x' }]],
      [{ type: 'hasOwnProperty', id: 'x' }],
    ];
    for (const externalIds of none) {
      expect(named({ userId: 'u1', context: { externalIds } }).naming).toBe(USER_ALONE);
    }
    const whole = [{ ...entry, collection: 'users', encoding: 'none' }];
    expect(idsOf({ context: { externalIds: whole } })).toEqual([phone]);
  });
});

describe('alias', () => {
  const alias = (previousId: string, more: Said = {}) =>
    named({ type: 'alias', userId: 'u1', previousId, ...more });

  it('names what was a customer, or else a visitor', () => {
    const visitor = { id: 'anonymous:x', kind: 'anonymous', value: null, otherwise: null };
    const was = { id: 'x', kind: 'user', value: null, otherwise: visitor };
    expect(alias('x').naming.aliases).toEqual([was]);
    expect(alias('anonymous:x').naming.aliases).toEqual([visitor]);
    expect(alias('x', { userId: null, anonymousId: 'a1' })).toMatchObject({
      customerId: 'anonymous:a1',
      naming: { kind: 'anonymous', aliases: [was] },
    });
  });

  it('of an identifier names that, and of oneself nobody else', () => {
    expect(alias(`phone:${PHONE}`).naming.aliases).toMatchObject([{ id: phone, otherwise: null }]);
    expect(alias('u1').naming).toBe(USER_ALONE);
  });

  it.each([
    ['undefined', 'user names_nobody'],
    ['anonymous:null', 'anonymous names_nobody'],
    ['phone:5', 'phone invalid'],
  ])('of %s joins nobody', (previousId, why) => {
    expect(idsOf({ type: 'alias', userId: 'u1', previousId })).toEqual(['u1']);
    expect(unusableIn({ type: 'alias', userId: 'u1', previousId })).toEqual([why]);
  });
});

it.each<[JsonValue, string | null]>([
  [[{ type: 'emial', id: 'li@example.com' }], 'kind "emial" (did you mean email?)'],
  [[{ type: 'member', id: '1' }], 'kind "member" (known are phone, email, '],
  [[{ type: '+8613800138000', id: 'phone' }], 'there is no kind (known are phone, '],
  [{ type: 'phone', id: '138 0013 8000' }, "'context.externalIds' must be a list"],
  [[{ type: 'phone' }], "'context.externalIds[0]' must be an object with"],
  [['13800138000'], "'context.externalIds[0]' must be an object with"],
  [[], null],
  [[{ type: 'phone', id: '1', collection: 'accounts' }], null],
])('externalIds %j alone are told what is wrong with them', (externalIds, why) => {
  const general = "'userId', 'anonymousId' or an identifier";
  const message = expect.stringContaining(why ?? general);
  expect(read({ context: { externalIds } })).toMatchObject({ message });
});

it('remembers what it read under the country that it was read with', () => {
  let country: string | null = 'CN';
  const source = { rules: () => rules, country: () => country, suggest: () => null };
  const moving = new NameReader(source, new IdentifierReader(KNOWN_HASH));
  expect(moving.idOf('phone:13800138000')).toBe(phone);
  country = 'DE';
  expect(moving.idOf('phone:13800138000')).not.toBe(phone);
  country = 'CN';
  expect(moving.idOf('phone:13800138000')).toBe(phone);
});

it('is the same for the same call in any order, and never throws', () => {
  const value = fc.oneof(
    fc.constantFrom<JsonValue>(PHONE, 'li@example.com', 'c1234', 'null', '5', null, true, 77),
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
  );
  const type = fc.constantFrom('phone', 'email', 'card', 'device', 'loyalty', 'shelf', 'user_id');
  const entries = fc.array(fc.record({ type, id: value }), { maxLength: 16 });
  const id = fc.option(
    fc.oneof(fc.constantFrom('u1', 'null', 'phone:+8613800138000', 'card:x', 'a:b'), fc.string()),
  );
  fc.assert(
    fc.property(id, id, id, entries, fc.dictionary(fc.string(), value), (...said) => {
      const [userId, anonymousId, previousId, externalIds, traits] = said;
      const call = { type: 'identify' as const, userId, anonymousId, traits, previousId };
      const told = (order: JsonValue) => {
        const got = names.read({ ...call, context: { externalIds: order } });
        if (got.kind === 'nameless') return got.kind;
        return { ...got, naming: { ...got.naming, unusable: got.naming.unusable.length } };
      };
      expect(told(externalIds.toReversed() as JsonValue)).toEqual(told(externalIds as JsonValue));
    }),
    { numRuns: 150 },
  );
});
