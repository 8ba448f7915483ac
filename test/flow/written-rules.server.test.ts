// The rules of the catalog language as they are written, asked from outside: events are imported at
// chosen times, and a `Probe` answers with what the language says of them at its own.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { murmur3 } from '../../src/model/hash.ts';
import { type ComposedGateways, composeGateways, type Json } from '../support/composed-gateways.ts';

const CATALOG = `
catalog: rules
timezone: America/New_York
features:
  recently: { count: View, window: 10m }
  best: { max: properties.x, of: View, window: 10m }
  liking: { affinity: properties.kind, of: { View: 1, Buy: 5 }, half_life: 7d, keep: 2 }
  newest: { recent: properties.kind, of: View, keep: 3 }
  gap: { interval: Buy }
  dates: { days: View, window: 3d }
  views: { count: View }
segments:
  level:
    - one: views == 1
    - many: views > 1
triggers:
  probe: { on: Probe, decide: probe }
  first: { on: Both, decide: [low, high], offers: [cheap] }
  second: { on: Both, decide: high, offers: ["#dear"], cooldown: 1h }
  rises: { on: View, when: "segment.level == 'many' && before.segment.level == 'one'", decide: low }
  often: { on: Capped, decide: capped }
  dated: { on: Dated, decide: dated }
offers:
  probed:
    treatments:
      probe: { recently: "{{ recently }}", best: "{{ best }}", liking: "{{ liking }}",
        newest: "{{ newest }}", gap: "{{ gap }}", dates: "{{ dates }}" }
  cheap: { value: 1, treatments: { low: {}, high: {} } }
  dear: { value: 9, tags: [dear], treatments: { high: {} } }
  twice: { caps: [{ max: 2, window: 1h }], treatments: { capped: {} } }
  in_gap: { starts: "2026-03-08T02:30", ends: "2026-03-08T04:00", treatments: { dated: {} } }
  that_day: { starts: 2026-03-08, ends: 2026-03-09, expires: end_of_day, treatments: { dated: {} } }
  kept_out: { treatments: { half: {} } }
  instead: { starts: 2099-01-01, caps: [{ max: 0 }], treatments: { half: {} } }
placements:
  probe: {}
  low: {}
  high: { limit: 2 }
  capped: {}
  dated: { limit: 2 }
  half: { holdout: 50%, fallback: instead }
`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-10T12:00:00.000Z');

let all: ComposedGateways;
beforeAll(async () => {
  all = await composeGateways(CATALOG);
});
afterAll(() => all?.stop());

type Happening = readonly [event: string, afterMs: number, properties?: Json];
let customers = 0;

/** Imports for a new customer; what each event's decisions say. */
async function happen(...happenings: Happening[]): Promise<Json[]> {
  const userId = `u${++customers}`;
  const batch = happenings.map(([event, afterMs, properties = {}]) => ({
    ...{ type: 'track', userId, event, properties },
    timestamp: new Date(START + afterMs).toISOString(),
  }));
  const { results } = await all.gateways[0]!.post('/v1/import', { batch });
  return results.map((result: Json) => result.decisions);
}

/** What the language says at a time, after this. */
async function probe(atMs: number, ...happenings: Happening[]): Promise<Json> {
  const decisions = await happen(...happenings, ['Probe', atMs]);
  return decisions.at(-1)[0].offers[0].treatment;
}

const told = (decisions: Json) =>
  decisions.map((d: Json) => `${d.placement} ${d.trigger} ${d.offers.map((o: Json) => o.offerId)}`);

describe('features', () => {
  it('a window has what is inside, and at most a sixtieth of it more', async () => {
    for (const offset of [0, 1, 4_321, 9_999]) {
      const viewed: Happening = ['View', offset, { x: 3 }];
      const inside = await probe(offset + 10 * MINUTE - 1, viewed);
      expect(inside).toMatchObject({ recently: 1, best: 3 });
      const outside = await probe(offset + 10 * MINUTE + 10 * SECOND + 1, viewed);
      expect(outside).toMatchObject({ recently: 0, best: '' });
    }
  });

  it('late events fall where they belong, and time does not go back for them', async () => {
    const views = [0, -5 * MINUTE, -11 * MINUTE].map((ms): Happening => ['View', ms]);
    expect(await probe(-DAY, ...views)).toMatchObject({ recently: 2, dates: 1 });
    const kinds = [0, 0, -5].map((ms, i): Happening => ['View', ms, { kind: 'abc'[i] }]);
    expect((await probe(MINUTE, ...kinds)).newest).toEqual(['b', 'a', 'c']);
  });

  it('affinity halves to the digit, whenever the event arrives', async () => {
    const parts: Happening[] = [
      ['View', 2 * DAY, { kind: 'a' }],
      ['Buy', DAY, { kind: 'b' }],
      ['View', 0, { kind: 'a' }],
    ];
    const { liking } = await probe(9 * DAY, ...parts);
    expect(liking.a).toBeCloseTo(2 ** -1 + 2 ** (-9 / 7), 12);
    expect(liking.b).toBeCloseTo(5 * 2 ** (-8 / 7), 12);
    const { liking: kept } = await probe(9 * DAY, ...parts, ['View', 3 * DAY, { kind: 'c' }]);
    expect(Object.keys(kept).sort()).toEqual(['a', 'c']);
  });

  it('an interval counts no instant twice; days are local dates', async () => {
    const buys = [0, 0, 4 * DAY, 4 * DAY, DAY].map((ms): Happening => ['Buy', ms]);
    expect((await probe(5 * DAY, ...buys)).gap).toBe((4 * DAY) / 2 / SECOND);
    expect((await probe(DAY, ['Buy', 0])).gap).toBe('');
    // Midnight is at 04:00Z: 8 h before noon.
    const midnight = 16 * HOUR;
    const dates = [-1, 0, DAY, DAY + 1].map((ms): Happening => ['View', midnight + ms]);
    expect((await probe(midnight + 2 * DAY - 1, ...dates)).dates).toBe(3);
    expect((await probe(midnight + 2 * DAY, ...dates)).dates).toBe(2);
  });
});

describe('decisions', () => {
  it('one for each placement, with all that the firing triggers allow, named after the first that allows the winner', async () => {
    const decided = await happen(['Both', 0], ['Both', HOUR - 1], ['Both', HOUR]);
    const first = ['low first cheap', 'high second dear,cheap'];
    const cooling = ['low first cheap', 'high first cheap'];
    expect(decided.map(told)).toEqual([first, cooling, first]);
  });

  it('a trigger sees a segment change', async () => {
    const decided = await happen(['View', 0], ['View', 1], ['View', 2]);
    expect(decided.map(told)).toEqual([[], ['low rises cheap'], []]);
  });

  it('a cap counts over its window', async () => {
    const times = [0, 1, 2, HOUR - 1, HOUR + MINUTE, HOUR + MINUTE + 2];
    const decided = await happen(...times.map((ms): Happening => ['Capped', ms]));
    expect(decided.map(([d]) => d.offers.length)).toEqual([1, 1, 0, 0, 1, 1]);
  });

  it('a local time that does not exist is the next that does; a day ends at local midnight', async () => {
    const at = async (iso: string) => {
      const [[decision]] = (await happen(['Dated', Date.parse(iso) - START])) as [Json[]];
      return decision.offers.map((o: Json) => o.offerId).sort();
    };
    expect(await at('2026-03-08T04:59:59.999Z')).toEqual([]);
    expect(await at('2026-03-08T05:00:00.000Z')).toEqual(['that_day']);
    expect(await at('2026-03-08T06:59:59.999Z')).toEqual(['that_day']);
    expect(await at('2026-03-08T07:00:00.000Z')).toEqual(['in_gap', 'that_day']);
    expect(await at('2026-03-08T08:00:00.000Z')).toEqual(['that_day']);
    expect(await at('2026-03-09T03:59:59.999Z')).toEqual(['that_day']);
    expect(await at('2026-03-09T04:00:00.000Z')).toEqual([]);
    const [[dated]] = (await happen(['Dated', -2 * DAY])) as [Json[]];
    expect(dated.offers[0].expiresAt).toBe('2026-03-09T04:00:00.000Z');
  });

  it('a holdout is a share of customers by their hash, who get the fallback', async () => {
    for (let i = 0; i < 12; i++) {
      const body = { userId: `held-${i}`, placements: ['half'] };
      const { decisions } = await all.gateways[0]!.post('/v1/decide', body);
      const held = murmur3(`holdout:half:held-${i}`, 0) % 10_000 < 5_000;
      const offers = [expect.objectContaining({ offerId: held ? 'instead' : 'kept_out' })];
      expect(decisions).toMatchObject([{ holdout: held, fallback: held, offers }]);
    }
  });
});
