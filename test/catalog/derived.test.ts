import { describe, expect, it } from 'vitest';
import { newCounters } from '../../src/engine/counters.ts';
import { StateScope } from '../../src/engine/scope.ts';
import { NO_INPUTS } from '../../src/model/inputs.ts';
import { emptyState } from '../../src/model/state.ts';
import { reported, valid } from './compile.ts';

describe('formulas and segments', () => {
  it('may be written in any order, with the types of what they read', () => {
    const catalog = valid(`catalog: t
features:
  total: { formula: half + half }
  half: { formula: n / 2 }
  n: { count: A }
  greeting: { formula: "'hi'" }
  newest: { formula: last_a }
  last_a: { last: A }`);
    const types = Object.fromEntries(catalog.features.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      ...{ total: 'number', half: 'number', greeting: 'string', newest: 'time' },
    });
    const text = 'features: { n: { count: A }, sum: { formula: n + 1 } }\nsegments: { s: sum }';
    expect(reported(`catalog: t\n${text}`)).toHaveLength(1);
  });

  it('must not depend on themselves', () => {
    const lines = reported(`catalog: t
features:
  a: { formula: b + 1 }
  b: { formula: "segment.s ? 1 : 2" }
  own: { formula: own + 1 }
segments:
  s: a > 1
  t: segment.u
  u: segment.t
`);
    expect(lines).toEqual([
      'a.yaml:3:17: features.a.formula: depends on itself: a → b → s → a',
      'a.yaml:5:19: features.own.formula: depends on itself: own → own',
      'a.yaml:8:6: segments.t: depends on itself: t → u → t',
    ]);
  });

  it('read each other in chains of 50, however those are written', () => {
    const chain = (links: number, backwards: boolean) => {
      const lines = Array.from({ length: links - 1 }, (_, i) =>
        i % 2 === 0 ? `  f${i}: { formula: f${i + 1} + 1 }` : `  f${i}: { formula: 1 + f${i + 1} }`,
      );
      lines.push(`  f${links - 1}: { formula: 1 }`);
      if (backwards) lines.reverse();
      return `catalog: t\nfeatures:\n  n: { count: A }\n${lines.join('\n')}\n`;
    };
    for (const backwards of [false, true]) {
      expect(reported(chain(50, backwards))).toEqual([]);
      for (const links of [51, 120, 1_000]) {
        const [fault, ...others] = reported(chain(links, backwards));
        expect(fault).toContain('is a chain of more than 50 formulas and segments');
        expect(others).toEqual([]);
      }
      const segments = 'segments: { a: f0 > 1, b: segment.a }';
      expect(reported(`${chain(48, backwards)}${segments}`)).toEqual([]);
      expect(reported(`${chain(49, backwards)}${segments}`)).toEqual([
        expect.stringMatching(/segments.b: is a chain/),
      ]);
    }
  });

  it('fit into the stack in the longest chain of the deepest expressions', () => {
    const deepest = [
      (of: string) => `${"{'a': ".repeat(60)}${of}${'}.a'.repeat(60)}`,
      (of: string) => `${'0 + ('.repeat(95)}${of}${')'.repeat(95)}`,
      (of: string) => `${'or(1 > 2 ? 1 : '.repeat(45)}${of}${', 1)'.repeat(45)}`,
    ];
    for (const wrap of deepest) {
      const links = Array.from(
        { length: 49 },
        (_, i) => `  f${i}: { formula: "${wrap(`f${i + 1}`)}" }`,
      );
      const catalog = valid(`catalog: t\nfeatures:\n${links.join('\n')}\n  f49: { formula: 7 }`);
      const scope = new StateScope(
        {
          features: catalog.features,
          runtimes: catalog.features.map(() => null),
          ...{ segments: [], consent: new Map(), holdouts: new Map(), counters: newCounters() },
        },
        null,
      ).point(emptyState('c'), null, null, NO_INPUTS, 0);
      expect(scope.feature(0)).toBe(7);
    }
  });

  it('know which stored features and traits they read, however far away', () => {
    const catalog = valid(`catalog: t
consent: { m: { default: denied } }
features:
  n: { count: A }
  m2: { count: B }
  double_n: { formula: n * 2 }
  named: { formula: "or(traits.x, 1) + n" }
segments:
  plain: n > 1
  through_formula: double_n > 1
  through_segment: segment.through_formula && m2 > 1
  group:
    - x: segment.through_segment
    - y: named > 1
  of_consent: consent.m
`);
    const reads = Object.fromEntries(
      catalog.segments.map(({ name, featureSlots, readsTraits }) => [
        name,
        [featureSlots, readsTraits],
      ]),
    );
    expect(reads).toEqual({
      plain: [[0], false],
      through_formula: [[0], false],
      through_segment: [[0, 1], false],
      group: [[0, 1], true],
      of_consent: [[], true],
    });
  });

  it('have no event at hand', () => {
    const text = 'catalog: t\nsegments: { s: event.properties.x == 1 }';
    expect(reported(text)).toHaveLength(1);
    expect(reported('catalog: t\nfeatures: { f: { formula: "event.name" } }')).toHaveLength(1);
  });

  it('may be plain YAML values', () => {
    const catalog = valid('catalog: t\nsegments: { all: true }\nfeatures: { one: { formula: 1 } }');
    expect(catalog.segments[0]?.condition).not.toBeNull();
    expect(catalog.features[0]?.type).toBe('number');
  });
});

describe('where expressions stand decides what they may read', () => {
  const trigger = (when: string) =>
    `catalog: t\nfeatures: { n: { count: A } }\nplacements: { web: {} }
triggers: { x: { on: A, decide: web, when: "${when}" } }
`;
  it('before only in triggers, the customer also in `where`', () => {
    expect(reported(trigger('before.n > 1 && firing.key == event.properties.k'))).toEqual([]);
    const offer =
      'catalog: t\nfeatures: { n: { count: A } }\noffers: { o: { eligibility: before.n > 1 } }';
    expect(reported(offer)).toHaveLength(1);
    const where = (condition: string) =>
      `catalog: t\nfeatures: { n: { count: A }, w: { count: A, where: ${condition} } }`;
    expect(reported(where('n > 1 && traits.x == event.properties.x'))).toEqual([]);
    expect(reported(where('before.n > 1'))).toHaveLength(1);
    expect(reported(where("firing.key == 'a'"))).toHaveLength(1);
  });

  it('wants numbers where scores are made, and conditions where it asks', () => {
    expect(reported('catalog: t\noffers: { o: { value: "\'a\'" } }')).toHaveLength(1);
    expect(reported('catalog: t\noffers: { o: { eligibility: 5 } }')).toHaveLength(1);
  });
});
