import { describe, expect, it } from 'vitest';
import { reported, valid } from './compile.ts';

const trigger = (name: string) => `  ${name}: { on: A, decide: web }\n`;

describe('files of a catalog', () => {
  it('are merged section by section, in the order of their paths', () => {
    const catalog = valid({
      'b.yaml': `catalog: t\ntriggers:\n${trigger('third')}${trigger('a_fourth')}`,
      'a/z.yaml': `triggers:\n${trigger('second')}`,
      'a/b.yaml': `triggers:\n${trigger('first')}\ncontact_policy: [{ max: 1, channels: [w] }]`,
      'c.yaml': `placements: { web: { channel: w } }\ncontact_policy: [{ max: 2, channels: [w] }]`,
    });
    expect(catalog.triggers.map(({ name, index }) => [name, index])).toEqual([
      ['first', 0],
      ['second', 1],
      ['third', 2],
      ['a_fourth', 3],
    ]);
    expect(catalog.contactPolicy.map((rule) => rule.max)).toEqual([1, 2]);
  });

  it('must not define a name twice', () => {
    const files = {
      'a.yaml': 'catalog: t\noffers:\n  x: {}',
      'b.yaml': 'offers:\n  y: {}\n  x: {}',
    };
    expect(reported(files)).toEqual([
      'b.yaml:3:3: offers.x: "x" is defined twice, first in a.yaml:3',
    ]);
  });

  it('find what is wrong in what is defined again, too, and only that', () => {
    const files = {
      'a.yaml': `catalog: t
features:
  x: { count: A }
  x: { count: A, by: properties.k, windw: 1d }
segments:
  big: x > 1
  big: xx > 2
  big: x > 3 and x < 4
  huge: segment.big
features:
  y: { cuont: A }
  x: { sum: total, of: A }
offers:
  o:
    value: 1
    eligibility: x > 1
    value: ordrs
`,
      'b.yaml': 'features:\n  y: { count: B }\n  x: { count: B, keep: 3 }',
    };
    expect(reported(files).map((line) => line.replace(/(: \S+: .{22}).*/, '$1'))).toEqual([
      'a.yaml:4:3: features.x: "x" is defined twice, ',
      'a.yaml:4:36: features.x.windw: unknown key "windw", e',
      'a.yaml:7:3: segments.big: "big" is defined twice',
      'a.yaml:7:8: segments.big: There is no feature or',
      'a.yaml:8:3: segments.big: "big" is defined twice',
      'a.yaml:8:14: segments.big: Unexpected "and" here ',
      'a.yaml:10:1: features: "features" is defined ',
      'a.yaml:11:8: features.y.cuont: found cuont, expected ',
      'a.yaml:12:3: features.x: "x" is defined twice, ',
      'a.yaml:12:13: features.x.sum: found "total", expecte',
      'a.yaml:17:5: offers.o.value: "value" is defined twi',
      'a.yaml:17:12: offers.o.value: There is no feature or',
      'b.yaml:2:3: features.y: "y" is defined twice, ',
      'b.yaml:3:3: features.x: "x" is defined twice, ',
      'b.yaml:3:18: features.x.keep: `keep` needs `by`: the',
    ]);
  });

  it('may repeat a heading, but not contradict it', () => {
    expect(reported({ 'a.yaml': 'catalog: t', 'b.yaml': 'catalog: t' })).toEqual([]);
    expect(reported({ 'a.yaml': 'catalog: t', 'b.yaml': 'catalog: u' })).toEqual([
      'b.yaml:1:1: catalog: "catalog" is defined twice, first in a.yaml:1',
    ]);
  });

  it('may be empty, and sections too', () => {
    const files = { 'a.yaml': 'catalog: t\noffers:\n# none yet\ntests:', 'b.yaml': '# nothing' };
    expect(reported(files)).toEqual([]);
  });
});

describe('a catalog with only its name', () => {
  it('is complete', () => {
    const catalog = valid('catalog: t');
    expect(catalog).toMatchObject({
      ...{ name: 't', timezone: 'UTC', country: null, currency: null },
      ...{ features: [], segments: [], triggers: [], offers: [], contactPolicy: [] },
    });
  });
});

describe('defaults', () => {
  it('are those of the language', () => {
    const catalog = valid(
      `catalog: t
consent: { m: {} }
features:
  n: { count: A, by: properties.k }
  d: { distinct: properties.k, of: A }
  w: { affinity: properties.k, of: [A, B], half_life: 1d }
placements: { web: }
triggers: { x: { on: ["*", $identify], decide: [web, web] } }
offers: { o: { caps: [{ max: 0 }], expires: end_of_day, treatments: { web: {} } } }
`.replace('web: }', 'web: {} }'),
    );
    expect(catalog.consent.get('m')).toBe(false);
    expect(catalog.features.map((feature) => feature.keep)).toEqual([100, 256, 100]);
    expect(catalog.features[2]?.weights.size).toBe(0);
    expect(catalog.placements.get('web')).toEqual({
      ...{ name: 'web', channel: null, limit: 1, fallback: null, holdout: 0 },
      ...{ consent: null, when: null, quiet: null, recommend: null },
    });
    expect(catalog.triggers[0]).toMatchObject({
      ...{ on: { any: true, names: ['$identify'] }, decide: ['web'], offers: null },
      ...{ cooldownMs: 0, maxAgeMs: 3_600_000, when: null, per: null },
    });
    expect(catalog.offers[0]).toMatchObject({
      caps: [{ max: 0, windowMs: null, of: 'decision' }],
      expires: { kind: 'end_of_day' },
      ...{ propensity: null, startsAtMs: null, endsAtMs: null, tags: [] },
    });
  });

  it('reads local midnights, also where the clock changes', () => {
    const catalog = valid(`catalog: t
timezone: America/New_York
offers:
  a: { starts: 2026-03-08, ends: 2026-03-09T12:00 }
  b: { starts: 2026-03-08T00:00:00Z, ends: "2026-03-09T12:00:00.500+02:00" }`);
    const iso = catalog.offers.map((offer) =>
      [offer.startsAtMs, offer.endsAtMs].map((ms) => new Date(ms!).toISOString()),
    );
    expect(iso).toEqual([
      ['2026-03-08T05:00:00.000Z', '2026-03-09T16:00:00.000Z'],
      ['2026-03-08T00:00:00.000Z', '2026-03-09T10:00:00.500Z'],
    ]);
  });

  it('resolves tags to offers', () => {
    const catalog = valid(`catalog: t
offers: { a: { tags: [x] }, b: {}, c: { tags: [y, x] }, d: { tags: [summer sale, 夏] } }
placements: { web: {} }
triggers:
  t: { on: A, decide: web, offers: ["#x", b] }
  u: { on: A, decide: web, offers: "#summer sale" }`);
    const allowed = catalog.triggers.map(({ offers }) => [...offers!]);
    expect(allowed).toEqual([['a', 'c', 'b'], ['d']]);
  });
});
