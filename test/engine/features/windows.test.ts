import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareFeature } from '../../../src/engine/features/features.ts';
import type { FeatureDefinition, FeatureKind } from '../../../src/model/catalog.ts';
import type { JsonObject, JsonValue } from '../../../src/model/json.ts';
import type { FeatureValue } from '../../../src/model/state.ts';
import type { Condition, MaybeValue } from '../../../src/model/value.ts';
import { type Contribution, dayByIntl, recount, same, snapshot } from './brute-force.ts';
import { DAY, define, event, HOUR, NOON, SEED, sayWhichSeed, scopeOf } from './feature-builders.ts';

beforeAll(sayWhichSeed);

const ZONE = 'America/New_York';
const KINDS = [
  ...(['count', 'sum', 'min', 'max', 'mean', 'first', 'last', 'latest', 'distinct'] as const),
  ...(['recent', 'affinity', 'interval', 'trend'] as const),
];
const WITH_VALUE = new Set<FeatureKind>(['sum', 'min', 'max', 'mean', 'latest', 'distinct']);
const ZERO = new Set<FeatureKind>(['count', 'sum', 'distinct', 'affinity']);

/** What an event of the tests carries: lines of an order, or one category and amount. */
interface Happened {
  /** Before the end of the list, ms. */
  readonly agoMs: number;
  readonly lines: readonly { readonly category: string; readonly amount: number }[];
  readonly counts: boolean;
}

const WINDOWS = [7, 59, 61, 1_000, 60_000, 30 * 60_000, DAY, 90 * DAY];

/** A window, and events on, beside and far from its edges, in any order of arrival. */
const histories = fc
  .record({
    windowMs: fc.constantFrom(...WINDOWS),
    count: fc.integer({ min: 1, max: 24 }),
    seed: fc.infiniteStream(fc.integer({ min: 0, max: 2 ** 30 })),
  })
  .map(({ windowMs, count, seed }) => {
    const draw = (below: number): number => (seed.next().value as number) % below;
    const used = new Set<number>();
    const events: Happened[] = [];
    for (let i = 0; i < count; i++) {
      const sixtieth = Math.max(1, Math.floor(windowMs / 60));
      const edge = [0, windowMs, windowMs + sixtieth, 2 * windowMs, draw(2 * windowMs)][draw(5)]!;
      let agoMs = Math.max(0, edge + [0, 1, -1, draw(sixtieth), -draw(sixtieth)][draw(5)]!);
      // `interval` alone cares: an event at a known end adds nothing (tested by itself).
      while (used.has(agoMs)) agoMs++;
      used.add(agoMs);
      events.push({
        agoMs,
        lines: Array.from({ length: 1 + draw(3) }, () => ({
          category: `c${draw(4)}`,
          amount: (draw(20_001) - 10_000) / 100,
        })),
        counts: draw(4) > 0,
      });
    }
    return { windowMs, events, laterMs: draw(3) === 0 ? draw(windowMs) : 0 };
  });

type Shape = 'plain' | 'by' | 'lists' | 'by lists';

function definitionOf(kind: FeatureKind, shape: Shape, windowMs: number | null, where: boolean) {
  const lists = shape === 'lists' || shape === 'by lists';
  const value = lists ? 'properties.products[].amount' : 'properties.amount';
  const category = lists ? 'properties.products[].category' : 'properties.category';
  const condition: Condition = (scope) =>
    (scope.event?.properties as JsonObject | undefined)?.counts === true;
  return define({
    kind,
    type: 'number',
    value:
      kind === 'affinity' || kind === 'recent' ? [category] : WITH_VALUE.has(kind) ? [value] : [],
    by: shape === 'by' || shape === 'by lists' ? [category] : null,
    windowMs,
    halfLifeMs: (windowMs ?? DAY) / 3,
    weights: new Map([['Order Completed', 5]]),
    where: where ? condition : null,
  });
}

function propertiesOf(happened: Happened): JsonObject {
  const products = happened.lines.map((line) => ({ ...line }));
  return { ...products[0]!, products, counts: happened.counts } as unknown as JsonObject;
}

/** The contributions of one event, as CATALOG's rules on paths have it. */
function contributionsOf(
  definition: FeatureDefinition,
  happened: Happened,
  atMs: number,
): Contribution[] {
  if (definition.where !== null && !happened.counts) return [];
  const keyed = definition.by !== null || definition.kind === 'affinity';
  const { kind } = definition;
  const paths = [...definition.value, ...(definition.by ?? [])];
  const lines = paths.some((one) => one.text.includes('[]'))
    ? happened.lines
    : happened.lines.slice(0, 1);
  return lines.map((line) => {
    let value: JsonValue = line.amount;
    if (kind === 'affinity') value = 5;
    else if (kind === 'recent') value = line.category;
    return { atMs, key: keyed ? line.category : null, value };
  });
}

/** All readings a window may give: it may reach back any distance up to one bucket too far. */
function allowed(
  definition: FeatureDefinition,
  seen: readonly Contribution[],
  nowMs: number,
): MaybeValue[] {
  const { windowMs, kind } = definition;
  if (windowMs === null) return [recount(definition, seen, nowMs, ZONE)];
  const bucketMs = Math.floor(windowMs / 60);
  const edges = (edgeMs: number): number[] => [
    edgeMs,
    ...seen.map((one) => one.atMs - 1).filter((at) => at < edgeMs && at >= edgeMs - bucketMs),
  ];
  const count = (from: number, to: number): number =>
    seen.filter((one) => one.atMs > from && one.atMs <= to).length;
  if (kind === 'trend') {
    // Each window has all that is inside of it; the one before may end up to a bucket too late.
    const edge = nowMs - windowMs;
    const ends = [edge, ...seen.map((one) => one.atMs).filter((at) => at > edge)];
    return edges(edge).flatMap((middle) =>
      edges(nowMs - 2 * windowMs).flatMap((oldest) =>
        ends
          .filter((end) => end < edge + Math.max(1, bucketMs))
          .map((end) => {
            const before = count(oldest, end);
            return before === 0 ? undefined : count(middle, nowMs) / before;
          }),
      ),
    );
  }
  return edges(nowMs - windowMs).map((edge) =>
    recount(
      definition,
      seen.filter((one) => one.atMs > edge),
      nowMs,
      ZONE,
    ),
  );
}

function check(kind: FeatureKind, shape: Shape, windowed: boolean, where: boolean): void {
  fc.assert(
    fc.property(histories, ({ windowMs, events, laterMs }) => {
      const definition = definitionOf(kind, shape, windowed ? windowMs : null, where);
      const feature = prepareFeature(definition, ZONE);
      const seen: Contribution[] = [];
      const oldest = Math.max(...events.map((one) => one.agoMs));
      let value: FeatureValue = null;
      // The clock goes on from the first event, so that some come late and some in time.
      let nowMs = NOON - oldest;
      for (const [i, happened] of events.entries()) {
        const atMs = NOON - happened.agoMs;
        nowMs = i === events.length - 1 ? NOON : Math.max(nowMs, atMs);
        const before = value;
        const was = JSON.stringify(snapshot(before));
        const one = event(atMs, propertiesOf(happened));
        value = feature.update(before, one, scopeOf(one, nowMs), nowMs);
        expect(JSON.stringify(snapshot(before))).toBe(was);
        snapshot(value);
        seen.push(...contributionsOf(definition, happened, atMs));
        compare(definition, seen, value, nowMs);
      }
      compare(definition, seen, value, NOON + laterMs);
    }),
    { seed: SEED, numRuns: 8 },
  );
}

function compare(
  definition: FeatureDefinition,
  seen: readonly Contribution[],
  value: FeatureValue,
  nowMs: number,
): void {
  const feature = prepareFeature(definition, ZONE);
  const keyed = definition.by !== null || definition.kind === 'affinity';
  const whole = feature.read(value, nowMs);
  for (const key of keyed ? ['c0', 'c1', 'c2', 'c3', 'other'] : [null]) {
    const read = key === null ? whole : feature.readKey(value, key, nowMs);
    const expected = allowed(
      definition,
      seen.filter((one) => one.key === key),
      nowMs,
    );
    if (!expected.some((one) => same(one, read))) {
      expect.fail(`read ${JSON.stringify(read)}, expected one of ${JSON.stringify(expected)}`);
    }
    if (key === null) continue;
    // The map shows the same, without the keys that hold nothing.
    const listed = (whole as Record<string, MaybeValue>)[key];
    const inMap = listed === undefined && ZERO.has(definition.kind) ? 0 : listed;
    expect(same(inMap, read)).toBe(true);
  }
}

describe('features equal a recount over all events', () => {
  for (const kind of KINDS) {
    const shapes: Shape[] =
      kind === 'recent' || kind === 'affinity'
        ? ['plain', 'lists']
        : kind === 'interval'
          ? ['plain', 'by']
          : WITH_VALUE.has(kind)
            ? ['plain', 'by', 'lists', 'by lists']
            : ['plain', 'by', 'by lists'];
    for (const shape of shapes) {
      const name = shape === 'plain' ? '' : `, ${shape}`;
      test(`${kind}${name}: in a window, nothing inside missing, nothing a bucket older`, () => {
        check(kind, shape, true, false);
        check(kind, shape, true, true);
      });
      if (kind === 'trend') continue;
      test(`${kind}${name}: for ever, whatever the order of arrival`, () => {
        check(kind, shape, false, false);
        check(kind, shape, false, true);
      });
    }
  }

  test('trend: the last event of the window before counts, wherever its bucket ends', () => {
    const trend = prepareFeature(define({ kind: 'trend', windowMs: HOUR }), 'UTC');
    const readAt = (times: readonly number[], nowMs: number) => {
      let value: FeatureValue = null;
      for (const at of times) value = trend.update(value, event(at), scopeOf(event(at), at), at);
      return trend.read(value, nowMs);
    };
    // Buckets are minutes. The window before ends within one, then with the start of one.
    const within = NOON + 30_000;
    expect(readAt([within - HOUR, within - 1], within)).toBe(2);
    expect(readAt([within - HOUR, within - HOUR + 1, within - 1], within)).toBe(3 / 2);
    expect(readAt([NOON - HOUR, NOON - 1], NOON)).toBe(2);
    expect(readAt([NOON - 1 - HOUR, NOON - HOUR, NOON - 1], NOON - 1)).toBe(2);
    // The oldest instant inside counts, too; one a bucket older than that does not.
    expect(readAt([within - 2 * HOUR + 1, within - 1], within)).toBe(1);
    expect(readAt([within - 2 * HOUR - 60_000, within - 1], within)).toBeUndefined();
  });

  test('days: distinct local dates, today and the dates before', () => {
    const around = Date.UTC(2026, 10, 1, 12);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 * 24 * 4 }), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 2, 7, 28, null),
        (quarters, dates) => {
          const windowMs = dates === null ? null : dates * DAY;
          const definition = define({ kind: 'days', windowMs });
          const feature = prepareFeature(definition, ZONE);
          let value: FeatureValue = null;
          let nowMs = 0;
          const seen: Contribution[] = [];
          for (const quarter of quarters) {
            const atMs = around - 20 * DAY + quarter * (HOUR / 4);
            nowMs = Math.max(nowMs, atMs);
            const one = event(atMs);
            value = feature.update(value, one, scopeOf(one, nowMs), nowMs);
            snapshot(value);
            seen.push({ atMs, key: null, value: true });
          }
          const today = dayByIntl(nowMs, ZONE);
          const inside = seen.filter(
            (one) => dates === null || today - dayByIntl(one.atMs, ZONE) < dates,
          );
          expect(feature.read(value, nowMs)).toBe(recount(definition, inside, nowMs, ZONE));
        },
      ),
      { seed: SEED, numRuns: 40 },
    );
  });
});
