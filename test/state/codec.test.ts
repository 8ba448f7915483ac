import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CustomerState, emptyState, type FeatureValue } from '../../src/model/state.ts';
import { CorruptState } from '../../src/state/byte-reader.ts';
import { CODEC_VERSION, type EncodedState, StateCodec } from '../../src/state/codec.ts';
import { cellOf, featureId, realisticState } from '../support/states.ts';

const codec = new StateCodec();
const bytesOf = (encoded: EncodedState) => Buffer.from(encoded.document.text, 'latin1');
const encode = (state: CustomerState) => bytesOf(codec.encode(state, '', null));
const decode = (id: string, bytes: Buffer) => codec.decode(id, bytes).state;

/** The state with its features decoded, to be compared. */
function plain(state: CustomerState) {
  return { ...state, features: new Map([...state.features].map(([id, c]) => [id, c.value])) };
}
const roundTrip = (state: CustomerState) => decode(state.customerId, encode(state));

const timeMs = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', '', 'a\nb'),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
  timeMs,
  fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100),
  fc.constantFrom(0, -0, 191, 192, 2 ** 31, 2 ** 51, 2 ** 53, -(2 ** 51), 0.1 + 0.2, 5e-324),
);
const scalar = fc.oneof(number, name, fc.boolean(), fc.constant(null));
const { value: featureValue } = fc.letrec<{ value: FeatureValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 5 })
      .map((entries) => new Map(entries) as ReadonlyMap<string, FeatureValue>),
  ),
}));
const mapOf = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => new Map(entries));
const decision = fc.record({
  decisionId: fc.oneof(fc.uuid(), name),
  placement: name,
  trigger: fc.option(name),
  decidedAtMs: timeMs,
  offers: fc.array(fc.tuple(name, fc.integer({ min: 0, max: 31 })), { maxLength: 4 }),
  fallback: fc.boolean(),
  holdout: fc.boolean(),
});
const state: fc.Arbitrary<CustomerState> = fc
  .record({
    customerId: name,
    aliases: fc.array(name, { maxLength: 3 }),
    asOfMs: timeMs,
    publication: fc.nat(),
    records: fc.maxSafeNat(),
    traits: mapOf(fc.record({ value: fc.jsonValue().map((v) => v as never), atMs: timeMs })),
    consent: mapOf(fc.record({ granted: fc.boolean(), atMs: timeMs })),
    features: fc.array(fc.tuple(fc.oneof(uint32.map(featureId), name), featureValue.map(cellOf)), {
      maxLength: 6,
    }),
    orphans: mapOf(timeMs),
    cooldowns: mapOf(timeMs),
    caps: mapOf(fc.record({ total: fc.nat(), timesMs: fc.array(timeMs, { maxLength: 5 }) })),
    contacts: mapOf(fc.array(timeMs, { maxLength: 5 })),
    decisions: fc.array(decision, { maxLength: 5 }),
    seen: fc.array(fc.record({ hi: uint32, lo: uint32, receivedAtMs: timeMs }), { maxLength: 9 }),
    seenSpilledMs: fc.maxSafeNat(),
    answers: fc.array(fc.record({ hi: uint32, lo: uint32, text: fc.option(name) }), {
      maxLength: 8,
    }),
    memberships: name,
  })
  .map(({ features, decisions, ...rest }) => ({
    ...rest,
    features: new Map(features),
    decisions: decisions.map(({ offers, ...more }) => ({
      ...more,
      offerIds: offers.map(([offer]) => offer),
      outcomes: offers.map(([, bits]) => bits),
    })),
  }));

describe('the state codec', () => {
  it('gives back any state it wrote', () => {
    fc.assert(
      fc.property(state, (written) => {
        expect(plain(roundTrip(written))).toEqual(plain(written));
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same bytes for what it read, decoded or not', () => {
    fc.assert(
      fc.property(state, (written) => {
        const bytes = encode(written);
        const read = decode(written.customerId, bytes);
        expect(encode(read)).toEqual(bytes);
        plain(read);
        expect(bytesOf(new StateCodec().encode(read, '', null))).toEqual(bytes);
        expect(encode(written)).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('writes the same whether it copies what did not change or not', () => {
    fc.assert(
      fc.property(state, state, fc.array(fc.boolean()), (a, b, picks) => {
        const first = codec.encode(a, '12345678', null);
        const mixed = { ...a } as Record<string, unknown>;
        Object.keys(a).forEach((key, i) => {
          if (picks[i]) mixed[key] = b[key as keyof CustomerState];
        });
        const next = mixed as unknown as CustomerState;
        expect(bytesOf(codec.encode(next, 'abc', first)).subarray(3)).toEqual(encode(next));
        const read = codec.decode(a.customerId, bytesOf(first), 8);
        const same = { ...read.state, asOfMs: b.asOfMs, seen: b.seen };
        const anew = { ...a, asOfMs: b.asOfMs, seen: b.seen };
        expect(bytesOf(codec.encode(same, '', read))).toEqual(encode(anew));
      }),
      { numRuns: 200 },
    );
  });

  it('leaves features readable after a fault in the middle of writing', () => {
    const read = decode('u', encode(realisticState()));
    const features = new Map(read.features);
    features.set('bad', cellOf((() => {}) as unknown as FeatureValue));
    expect(() => encode({ ...read, features })).toThrow(TypeError);
    encode(realisticState());
    expect(plain(read).features).toEqual(plain(realisticState()).features);
  });

  it('keeps the order of keys: the least recently written first', () => {
    const keyed = new Map([
      ['z', 1],
      ['a', 2],
      ['m', 3],
    ] as const);
    const written = { ...emptyState('u'), features: new Map([[featureId(1), cellOf(keyed)]]) };
    const [cell] = roundTrip(written).features.values();
    expect([...(cell!.value as ReadonlyMap<string, FeatureValue>).keys()]).toEqual(['z', 'a', 'm']);
  });

  it('writes a changed feature anew, and only that one', () => {
    const before = roundTrip(realisticState());
    const features = new Map(before.features);
    features.set(featureId(0), cellOf(31));
    const after = roundTrip({ ...before, features });
    expect(after.features.get(featureId(0))!.value).toBe(31);
    for (const [id, cell] of before.features) {
      if (id !== featureId(0)) expect(after.features.get(id)!.value).toEqual(cell.value);
    }
  });

  it('puts what its caller says in front', () => {
    const bytes = bytesOf(codec.encode(realisticState(), 'ÿ\u0000etag01', null));
    expect(bytes[8]).toBe(CODEC_VERSION);
    expect(plain(codec.decode('customer-00042', bytes, 8).state)).toEqual(plain(realisticState()));
  });

  it('does not keep the reply alive that it read from', () => {
    const reply = Buffer.from(encode(realisticState()));
    const read = decode('customer-00042', reply);
    reply.fill(0);
    expect(plain(read)).toEqual(plain(realisticState()));
  });

  it('keeps a realistic state of 30 events under 2 KB', () => {
    expect(encode(realisticState()).length).toBeLessThan(2_000);
  });

  it('refuses every shortened state as corrupt', () => {
    const bytes = encode(realisticState());
    for (let length = 0; length < bytes.length; length++) {
      expect(() => plain(decode('u', bytes.subarray(0, length)))).toThrow(CorruptState);
    }
  });

  it('reads damaged states as some state or as corrupt, and nothing else', () => {
    const good = encode(realisticState());
    const damage = fc.array(
      fc.tuple(fc.nat({ max: good.length - 1 }), fc.integer({ min: 0, max: 255 })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          plain(decode('u', bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptState);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('reads arbitrary bytes as some state or as corrupt, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
        try {
          plain(decode('u', Buffer.concat([Buffer.from([CODEC_VERSION]), tail])));
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptState);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses a version that it does not know', () => {
    const bytes = encode(emptyState('u'));
    bytes[0] = CODEC_VERSION + 1;
    expect(() => decode('u', bytes)).toThrow(CorruptState);
  });

  it('refuses nesting without end both ways', () => {
    let deep: FeatureValue = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    const tooDeep = { ...emptyState('u'), features: new Map([['f', cellOf(deep)]]) };
    expect(() => encode(tooDeep)).toThrow(TypeError);
    expect(encode(realisticState()).length).toBeGreaterThan(0);
  });

  it('still reads what its first version wrote', () => {
    const fixture = new URL('./fixtures/state-v1.hex', import.meta.url);
    const bytes = Buffer.from(readFileSync(fixture, 'utf8').trim(), 'hex');
    expect(plain(decode('customer-00042', bytes))).toEqual(plain(realisticState()));
  });
});
