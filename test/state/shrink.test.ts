import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomerState, FeatureValue } from '../../src/model/state.ts';
import type { Commit } from '../../src/pipeline.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { documentOf } from '../../src/state/document.ts';
import { ETAG_BYTES } from '../../src/state/etag.ts';
import { shrinkState } from '../../src/state/shrink.ts';
import { featureId, plainState, realisticState } from '../support/states.ts';

const codec = new StateCodec();
const keyed = (keys: readonly string[]): ReadonlyMap<string, FeatureValue> =>
  new Map(keys.map((key) => [key, 'x'.repeat(50)]));
const numbered = (count: number) => Array.from({ length: count }, (_, k) => `key-${k}`);
const withFeatures = (...values: FeatureValue[]): CustomerState => ({
  ...realisticState(),
  features: new Map(values.map((value, n) => [featureId(n), value])),
});
const keysOf = (state: CustomerState, n: number) => [
  ...(state.features.get(featureId(n)) as ReadonlyMap<string, FeatureValue>).keys(),
];
const commitOf = (state: CustomerState): Commit => ({
  customerId: state.customerId,
  expectedEtag: '',
  state,
  records: ['r'],
  messageIds: ['m'],
  receivedAtMs: state.asOfMs,
});

describe('shrinking a state', () => {
  it('takes the least recently written key of the largest feature', () => {
    const { state, keysDropped } = shrinkState(
      codec,
      withFeatures(keyed(numbered(3)), keyed(numbered(5)), 7),
      1,
    );
    expect(keysDropped).toBe(1);
    expect(keysOf(state, 1)).toEqual(['key-1', 'key-2', 'key-3', 'key-4']);
    expect(keysOf(state, 0)).toEqual(numbered(3));
  });

  it('goes on to the next largest, until it fits', () => {
    const { state } = shrinkState(codec, withFeatures(keyed(numbered(4)), keyed(numbered(5))), 200);
    expect([keysOf(state, 0).length, keysOf(state, 1).length]).toEqual([2, 3]);
  });

  it('ends when there is no key left', () => {
    const { state, keysDropped } = shrinkState(codec, withFeatures(keyed(numbered(4)), [1]), 9e9);
    expect(keysDropped).toBe(4);
    expect(keysOf(state, 0)).toEqual([]);
  });

  it('leaves the state that it was given as it was', () => {
    const given = withFeatures(keyed(numbered(4)));
    shrinkState(codec, given, 100);
    expect(keysOf(given, 0)).toEqual(numbered(4));
  });

  it('makes any state fit that has keys enough, always in the same way, and touches nothing else', () => {
    const sizes = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (counts) => {
        const given = withFeatures(...counts.map((count) => keyed(numbered(count))));
        const fixed = codec.encode(withFeatures(...counts.map(() => new Map()))).length;
        const max = fixed + 600;
        const first = documentOf(codec, commitOf(given), '12345678', max);
        expect(first.text.length - ETAG_BYTES).toBeLessThanOrEqual(max);
        const again = documentOf(new StateCodec(), commitOf(given), '12345678', max);
        expect(again.text).toBe(first.text);
        const rest = ({ features: _, ...others }: CustomerState) => others;
        expect(rest(plainState(codec.decode('u', first.text, ETAG_BYTES)))).toEqual(
          rest({ ...given, customerId: 'u' }),
        );
      }),
      { numRuns: 50 },
    );
  });
});
