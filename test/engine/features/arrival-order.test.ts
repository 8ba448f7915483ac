import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareFeature } from '../../../src/engine/features/features.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { MaybeValue } from '../../../src/model/value.ts';
import { same } from './brute-force.ts';
import { DAY, define, NOON, run, SEED, sayWhichSeed } from './feature-builders.ts';

beforeAll(sayWhichSeed);

const v = (value: JsonValue, atMs = NOON): readonly [JsonObject, number] => [{ v: value }, atMs];

describe('order of arrival', () => {
  const kinds = ['count', 'sum', 'min', 'max', 'mean', 'first', 'last', 'latest', 'distinct'];
  for (const kind of [...kinds, 'recent', 'interval', 'affinity', 'days', 'trend'] as 'min'[]) {
    const windows = (kind as string) === 'trend' ? [DAY] : [null, DAY];
    test.each(windows)(`does not change ${kind} (window %s)`, (windowMs) => {
      const isAffinity = (kind as string) === 'affinity';
      const perEvent = ['count', 'first', 'last', 'interval', 'days', 'trend'].includes(kind);
      const value = perEvent ? [] : ['properties.v'];
      const definition = define({ kind, value, windowMs, halfLifeMs: DAY, keep: 5 });
      const feature = prepareFeature(definition, 'Asia/Shanghai');
      const events = fc.uniqueArray(
        fc.tuple(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: -500, max: 500 })),
        { selector: ([ago]) => ago, minLength: 1, maxLength: 20 },
      );
      fc.assert(
        fc.property(
          events.chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
            ),
          ),
          ([one, other]) => {
            // An affinity has keys: some events must share them.
            const kept = (of: number) => (isAffinity ? `k${of % 3}` : of / 8);
            const read = (list: [number, number][]) => {
              const stored = run(
                feature,
                list.map(([ago, of]) => v(kept(of), NOON - ago)),
              );
              return isAffinity
                ? ['k0', 'k1', 'k2', 'k-1', 'k-2'].map((k) => feature.readKey(stored, k, NOON))
                : feature.read(stored, NOON);
            };
            const [a, b] = [read(one), read(other)] as [MaybeValue, MaybeValue];
            expect(same(a, b)).toBe(true);
          },
        ),
        { seed: SEED, numRuns: 40 },
      );
    });
  }
});
