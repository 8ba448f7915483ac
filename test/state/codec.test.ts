import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DraftState } from '../../src/model/draft-state.ts';
import { FeatureOverlay } from '../../src/model/feature-overlay.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { type CustomerState, emptyState, type FeatureValue } from '../../src/model/state.ts';
import { CorruptState } from '../../src/state/byte-reader.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { CODEC_VERSION } from '../../src/state/codec-version.ts';
import { featureId, plainState as plain, realisticState } from '../support/states.ts';
import { anyFeatureValue as featureValue, anyState as state } from './any-state.ts';

const codec = new StateCodec();
/** Of bytes that are the same, as strings: comparing buffers byte by byte takes seconds. */
const text = (bytes: Buffer) => bytes.toString('latin1');
const bytesOf = (document: string) => Buffer.from(document, 'latin1');
const encode = (state: CustomerState) => bytesOf(codec.encode(state));
const decode = (id: string, bytes: Buffer) => codec.decode(id, bytes.toString('latin1'));
const roundTrip = (state: CustomerState) => decode(state.customerId, encode(state));

/** What a step may replace in a draft. */
const DRAWN = [
  ...(['aliases', 'asOfMs', 'records', 'seen', 'memberships', 'features'] as const),
  ...(['traits', 'consent', 'orphans', 'cooldowns', 'caps', 'contacts'] as const),
  ...(['decisions', 'answers'] as const),
];

describe('the state codec', () => {
  it('gives back any state it wrote', () => {
    fc.assert(
      fc.property(state, (written) => {
        expect(plain(roundTrip(written))).toEqual(plain(written));
      }),
      { numRuns: 200 },
    );
  });

  it('writes a whole number beyond 2^53 as what an older version takes for an object', () => {
    const withTrait = (value: JsonValue) =>
      encode({ ...emptyState('u'), traits: new Map([['id', { value, atMs: 1 }]]) });
    const traitOf = (bytes: Buffer) => decode('u', bytes).traits.get('id')!.value;
    // No caller can send that: the gateway drops the key.
    const object = JSON.parse('{"__proto__":"1610521604143693812"}') as JsonValue;
    expect(text(withTrait(1610521604143693812n))).toBe(text(withTrait(object)));
    expect(traitOf(withTrait(object))).toBe(1610521604143693812n);
    for (const other of ['{"__proto__":"x"}', '{"__proto__":5}', '{"__proto__":{"a":1}}']) {
      expect(traitOf(withTrait(JSON.parse(other) as JsonValue))).toEqual(JSON.parse(other));
    }
  });

  it('writes the same bytes for what it read, decoded or not', () => {
    fc.assert(
      fc.property(state, (written) => {
        const bytes = encode(written);
        const read = decode(written.customerId, bytes);
        expect(text(encode(read))).toBe(text(bytes));
        plain(read);
        expect(new StateCodec().encode(read)).toBe(text(bytes));
        expect(text(encode(new DraftState(read)))).toBe(text(bytes));
        expect(text(encode(written))).toBe(text(bytes));
      }),
      { numRuns: 200 },
    );
  });

  it('writes the same whether it copies what a step did not change or not', () => {
    fc.assert(
      fc.property(state, state, fc.array(fc.boolean()), (a, b, picks) => {
        const draft = new DraftState(decode(a.customerId, encode(a)));
        const mixed = { ...a };
        DRAWN.forEach((key, i) => {
          if (!picks[i]) return;
          (draft as unknown as Record<string, unknown>)[key] = b[key];
          (mixed as Record<string, unknown>)[key] = b[key];
        });
        expect(text(encode(draft))).toBe(text(encode(mixed)));
        // A draft of a draft, and another document at hand.
        const next = new DraftState(draft);
        decode('other', encode(b));
        expect(text(encode(next))).toBe(text(encode(mixed)));
      }),
      { numRuns: 150 },
    );
  });

  it('writes features over those that were stored as if all were new', () => {
    const change = fc.tuple(fc.nat({ max: 12 }), fc.option(featureValue, { nil: undefined }));
    fc.assert(
      fc.property(state, fc.array(change), fc.array(change), (a, once, again) => {
        const expected = new Map(a.features);
        const ids = [...expected.keys()];
        const idOf = (n: number) => ids[n] ?? (n % 2 === 0 ? featureId(n) : `f${n}`);
        let features = FeatureOverlay.over(decode('u', encode(a)).features);
        for (const [n, value] of [...once, ...again]) {
          features = FeatureOverlay.over(features);
          if (value === undefined) features.delete(idOf(n));
          else features.set(idOf(n), value);
          if (value === undefined) expected.delete(idOf(n));
          else expected.set(idOf(n), value);
        }
        const draft = new DraftState(decode('u', encode(a)));
        draft.features = features;
        for (const read of [features, roundTrip(draft).features]) {
          expect(new Map(read)).toEqual(expected);
          expect(read.size).toBe(expected.size);
          expect(new Set(read.keys())).toEqual(new Set(expected.keys()));
          for (const n of [0, 1, 5, 12, 13]) {
            expect(read.get(idOf(n))).toEqual(expected.get(idOf(n)));
            expect(read.has(idOf(n))).toBe(expected.has(idOf(n)));
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('leaves states readable after a fault in the middle of writing', () => {
    const read = decode('u', encode(realisticState()));
    const draft = new DraftState(read);
    const features = FeatureOverlay.over(read.features);
    features.set(featureId(3), (() => {}) as unknown as FeatureValue);
    draft.features = features;
    expect(() => encode(draft)).toThrow(TypeError);
    encode(realisticState());
    expect(plain(read).features).toEqual(realisticState().features);
  });

  it('keeps the order of keys: the least recently written first', () => {
    const keyed = new Map([
      ['z', 1],
      ['a', 2],
      ['m', 3],
    ] as const);
    const written = { ...emptyState('u'), features: new Map([[featureId(1), keyed]]) };
    const value = roundTrip(written).features.get(featureId(1));
    expect([...(value as ReadonlyMap<string, FeatureValue>).keys()]).toEqual(['z', 'a', 'm']);
  });

  it('puts what its caller says in front', () => {
    const bytes = bytesOf(codec.encode(realisticState(), 'ÿ\u0000etag01'));
    expect(bytes[8]).toBe(CODEC_VERSION);
    const read = codec.decode('customer-00042', bytes.toString('latin1'), 8);
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
      { numRuns: 1_500 },
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
      { numRuns: 1_500 },
    );
  });

  it('refuses a version that it does not know, and says which it knows', () => {
    const bytes = encode(emptyState('u'));
    bytes[0] = CODEC_VERSION + 1;
    expect(() => decode('u', bytes)).toThrow(CorruptState);
    expect(() => decode('u', bytes)).toThrow('version 3, and versions 1 to 2 are known');
  });

  it('writes no number that it could not read back', () => {
    const answers = [{ message: '8 bytes .', record: -1, text: '[{}]' }];
    expect(() => encode({ ...emptyState('u'), answers })).toThrow(TypeError);
    expect(() => encode({ ...emptyState('u'), records: -1 })).toThrow(TypeError);
  });

  it('refuses nesting without end both ways', () => {
    let deep: FeatureValue = 1;
    for (let i = 0; i < 200; i++) deep = [deep];
    const tooDeep = { ...emptyState('u'), features: new Map([['f', deep]]) };
    expect(() => encode(tooDeep)).toThrow(TypeError);
    expect(encode(realisticState()).length).toBeGreaterThan(0);
  });
});
