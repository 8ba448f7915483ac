import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CustomerItem } from '../../src/model/customer-items.ts';
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
const owned = (name: string): CustomerItem => ({
  ...{ itemId: name.padEnd(200, '.'), atMs: 9, viewedAtMs: 0, boughtAtMs: 9, firstBoughtAtMs: 9 },
  ...{ purchases: 1, inCart: false, cartAtMs: 0 },
});
const viewed = (name: string): CustomerItem => ({
  ...{ ...owned(name), viewedAtMs: 9, boughtAtMs: 0, firstBoughtAtMs: 0, purchases: 0 },
});
const keysOf = (state: CustomerState, n: number) => [
  ...(state.features.get(featureId(n)) as ReadonlyMap<string, FeatureValue>).keys(),
];
const commitOf = (state: CustomerState): Commit => ({
  customerId: state.customerId,
  grants: [],
  deliveries: [],
  expectedEtag: '',
  state,
  records: ['r'],
  messageIds: ['m'],
  receivedAtMs: state.asOfMs,
  recents: new Set([featureId(9)]),
});
const bounds = (excessBytes: number, keptBytes = 0) => ({
  ...{ excessBytes, keptBytes, recents: new Set([featureId(1)]) },
});

describe('shrinking a state', () => {
  it('takes the least recently written key of the largest feature', () => {
    const { state, dropped } = shrinkState(
      codec,
      withFeatures(keyed(numbered(3)), keyed(numbered(5)), 7),
      bounds(1),
    );
    expect(dropped).toBe(1);
    expect(keysOf(state, 1)).toEqual(['key-1', 'key-2', 'key-3', 'key-4']);
    expect(keysOf(state, 0)).toEqual(numbered(3));
  });

  it('goes on to the next largest, until it fits', () => {
    const { state } = shrinkState(
      codec,
      withFeatures(keyed(numbered(4)), keyed(numbered(5))),
      bounds(200),
    );
    expect([keysOf(state, 0).length, keysOf(state, 1).length]).toEqual([2, 3]);
  });

  it('ends when there is no key left', () => {
    const { state, dropped } = shrinkState(
      codec,
      withFeatures(keyed(numbered(4)), [1]),
      bounds(9e9),
    );
    expect(dropped).toBe(4);
    expect(keysOf(state, 0)).toEqual([]);
  });

  it('leaves the state that it was given as it was', () => {
    const given = withFeatures(keyed(numbered(4)));
    shrinkState(codec, given, bounds(100));
    expect(keysOf(given, 0)).toEqual(numbered(4));
  });

  it('takes the oldest values of a `recent` when that is the largest, and leaves it the newest', () => {
    const long = (n: number) => `${n}`.padEnd(400, 'x');
    const recent = [1_700_000_000_000, long(0), 5, long(1), 5, long(2)];
    const given = withFeatures(keyed(numbered(4)), recent);
    const one = shrinkState(codec, given, bounds(300));
    expect(one.state.features.get(featureId(1))).toEqual(recent.slice(0, 4));
    expect([one.dropped, keysOf(one.state, 0).length]).toEqual([1, 4]);
    const all = shrinkState(codec, given, bounds(9e9));
    expect(all.state.features.get(featureId(1))).toEqual(recent.slice(0, 2));
    expect(all.dropped).toBe(6);
  });

  it('leaves features a share, whatever else the state holds', () => {
    const { state } = shrinkState(codec, withFeatures(keyed(numbered(9))), bounds(9e9, 200));
    expect(keysOf(state, 0).length).toBe(3);
  });

  it('takes items that were looked at before those that were bought, while they are the largest', () => {
    const items = [owned('a'), viewed('b'), owned('c'), viewed('d')];
    const given = { ...withFeatures(keyed(numbered(2)), 7), items };
    const idsAfter = (excessBytes: number) =>
      shrinkState(codec, given, bounds(excessBytes)).state.items.map(({ itemId }) => itemId[0]);
    expect(idsAfter(1)).toEqual(['a', 'c', 'd']);
    expect(idsAfter(250)).toEqual(['a', 'c']);
    expect(idsAfter(450)).toEqual(['c']);
    const all = shrinkState(codec, given, bounds(9e9));
    expect([all.state.items, keysOf(all.state, 0), all.dropped]).toEqual([[], [], 6]);
    const large = { ...given, features: new Map([[featureId(0), keyed(numbered(40))]]) };
    expect(shrinkState(codec, large, bounds(300)).state.items).toBe(items);
    expect(given.items).toHaveLength(4);
  });

  it('says when a state stays over its maximum, and only then', () => {
    const given = withFeatures(keyed(numbered(40)));
    const others = codec.encode({ ...given, features: new Map() }).length;
    const at = (max: number) => {
      const { text, dropped, isOversize } = documentOf(codec, commitOf(given), '12345678', max);
      return { isOversize, dropped, keys: keysOf(codec.decode('u', text, ETAG_BYTES), 0).length };
    };
    expect(at(others + 3_000)).toEqual({ isOversize: false, dropped: 0, keys: 40 });
    expect(at(others + 600)).toMatchObject({ isOversize: false });
    expect(at(others + 600).keys).toBeLessThan(11);
    // The rest alone is over the maximum: features keep a quarter of it.
    const { isOversize, keys } = at(others - 200);
    expect(isOversize).toBe(true);
    expect(keys).toBeGreaterThan(2);
    expect(keys * 55).toBeLessThan((others - 200) / 4 + 55);
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
