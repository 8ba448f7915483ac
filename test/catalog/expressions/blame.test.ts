// Why a condition is not true: its smallest part at fault, and the names that are missing.

import { describe, expect, it } from 'vitest';
import { compileCondition, Origins } from '../../../src/catalog/expressions/compile.ts';
import type { Blame } from '../../../src/model/value.ts';
import { type Random, seeded, testSeed } from '../../support/seeded.ts';
import { namesWith, type ScopeData, scopeOf } from './scopes.ts';

const names = namesWith();
const origins = new Origins(names);

function truthOf(source: string, data: ScopeData): boolean | undefined {
  const compiled = compileCondition(source, names);
  if (!compiled.ok) expect.fail(`${source}: ${compiled.faults[0]?.message}`);
  return compiled.run(scopeOf(data));
}

function blameOf(source: string, data: ScopeData): Blame {
  const compiled = compileCondition(source, names);
  if (!compiled.ok) expect.fail(`${source}: ${compiled.faults[0]?.message}`);
  origins.ofCondition(compiled.run, source);
  return compiled.run.origin!.blame(scopeOf(data));
}

const DATA: ScopeData = {
  // `t…` are true, `f…` false, all else unknown.
  traits: { t: true, t1: true, f: false, f1: false, age: 20, text: 'x', list: [{ ok: true }, {}] },
  features: { orders: 1, views_of_product: { p1: 2 }, recent_products: [] },
  event: { properties: { product_id: 'p1', category: 'phone' } },
};
/** `T` for traits.t and so on. */
const short = (source: string) => source.replace(/\b([tfu]\d?)\b/g, 'traits.$1');

describe('the clause at fault', () => {
  it.each([
    ['f', 'f'],
    ['t && f', 'f'],
    ['f && t', 'f'],
    ['u && f', 'f'],
    ['t && u && t1', 'u'],
    ['t && (t1 && (f || f1))', 'f || f1'],
    ['(t && f) || u', 'u'],
    ['f || (t && f1)', 'f || (t && f1)'],
    ['t && f && t1 && f1 && t', 'f && t1 && f1'],
    ['(t && f) && (f1 && t)', '(t && f) && (f1 && t)'],
    ['u && u1', 'u && u1'],
    ['u || f || u1', 'u || f || u1'],
    ['f || u || f1', 'u'],
    ['!t', '!t'],
    ['t && !(t1 || f)', '!(t1 || f)'],
    ['!!f', 'f'],
    ['!(t && u)', 'u'],
    ['!(t && !f)', '!(t && !f)'],
    ['t ? f : t1', 'f'],
    ['f ? t : t1 && f1', 'f1'],
    ['u ? t : f', 'u'],
    ['u ? u1 : u2', 'u ? u1 : u2'],
    [' ( t )  &&  ( f )', 'f'],
    ["t && ['(', ')'].exists(x, x == 'a' && t)", "['(', ')'].exists(x, x == 'a' && t)"],
    ['t && traits.list.exists(x, (x.ok)) == (f)', 'traits.list.exists(x, (x.ok)) == (f)'],
    ['(t) == (f) || r\'(\' == """a)""" && t', '(t) == (f) || r\'(\' == """a)""" && t'],
    ['t && or(f, t)', 'or(f, t)'],
    ['t && orders >= 3', 'orders >= 3'],
    ['(orders + 1) * 2 > (7) && (t)', '(orders + 1) * 2 > (7)'],
  ])('of %s is %s', (source, clause) => {
    expect(blameOf(short(source), DATA).clause).toBe(short(clause));
  });

  it('is none where the condition is true', () => {
    expect(blameOf(short('f || t'), DATA)).toEqual({ clause: null, unknown: [] });
  });

  it('is as the author wrote it, over lines', () => {
    const source = 'traits.t &&\n  views_of_product[event.properties.product_id]\n    >= 3\n';
    expect(blameOf(source, DATA).clause).toBe(
      'views_of_product[event.properties.product_id]\n    >= 3',
    );
  });
});

describe('the names that are missing', () => {
  it.each([
    ['traits.age > 18 && traits.name != "x"', ['traits.name']],
    ['traits.u == 1 || traits.u1 == traits.u2', ['traits.u', 'traits.u1', 'traits.u2']],
    ['orders > 5 && traits.u', ['traits.u']],
    ['orders > 5', []],
    ['event.properties.brand == "b"', ['event.properties.brand']],
    ['views_of_product[event.properties.sku] >= 3', ['event.properties.sku']],
    [
      "brand_of_type[event.properties['category']] == 'b'",
      ["brand_of_type[event.properties['category']]"],
    ],
    ["since(last_order) > duration('1d')", ['last_order']],
    ['since(before.last_order) > duration("1d")', ['before.last_order']],
    ['top(category_affinity) == "phone"', ['top(category_affinity)']],
    ['age(traits.birthday) < 50', ['traits.birthday']],
    ["traits.address.city == 'x'", ['traits.address.city']],
    ['has(traits.address.city)', ['traits.address']],
    ['or(traits.u, traits.u1) == 1', ['traits.u', 'traits.u1']],
    ['or(traits.u, 0) > 5', []],
    ['known(traits.u)', []],
    ['traits.t ? traits.u : traits.u1', ['traits.u']],
    ['(traits.t ? traits.u : traits.u1) == 3', ['traits.u']],
    ['traits.u ? traits.t : traits.f', ['traits.u']],
    ['traits.list.all(x, x.ok)', ['x.ok']],
    ['traits.list.all(x, x.ok == traits.u)', ['traits.u']],
    ['traits.nolist.all(x, x.ok)', ['traits.nolist']],
    ['traits.list.map(x, x.ok).size() > 1', ['x.ok']],
    // Known, and of no use: the clause says it.
    ['traits.text > 5', []],
    ['firing.key == "a"', ['firing.key']],
    ['context.channel == "app"', ['context.channel']],
    ['[traits.u, 1].size() > 1', ['traits.u']],
    ['(true || traits.u) && traits.f', []],
    ['!(traits.u || traits.t)', ['traits.u']],
  ])('of %s are %j', (source, unknown) => {
    expect(blameOf(source, DATA).unknown).toEqual(unknown);
  });
});

describe('of conditions drawn at random', () => {
  const random = seeded(testSeed());
  const CASES = 2_000;

  it('what is named is at fault, and the condition comes out otherwise without it', () => {
    for (let i = 0; i < CASES; i++) {
      const source = drawn(random, 1 + random.below(5), { left: 9 });
      const truth = truthOf(source, DATA);
      const { clause, unknown } = blameOf(source, DATA);
      if (truth === true) {
        expect([source, clause]).toEqual([source, null]);
        continue;
      }
      expect(source).toContain(clause);
      expect([source, clause, truthOf(clause!, DATA)]).not.toEqual([source, clause, true]);
      const others = placesOf(source, clause!).map((at) => {
        const without = `${source.slice(0, at)}(true)${source.slice(at + clause!.length)}`;
        return truthOf(without, DATA);
      });
      expect([source, clause, others.some((other) => other !== truth)]).toEqual([
        source,
        clause,
        true,
      ]);
      for (const name of unknown) {
        expect(source).toContain(name);
        expect([source, truthOf(`known(${name})`, DATA)]).toEqual([source, false]);
      }
      // No condition is unknown for no reason.
      if (truth === undefined) expect([source, unknown.length > 0]).toEqual([source, true]);
    }
  });
});

function placesOf(source: string, clause: string): number[] {
  const places: number[] = [];
  for (let at = source.indexOf(clause); at >= 0; at = source.indexOf(clause, at + 1)) {
    // `traits.u` is not in `traits.u1`.
    if (!/\w/.test(source[at + clause.length] ?? '')) places.push(at);
  }
  return places;
}

const PLAIN = [
  ...['traits.t', 'traits.f', 'traits.u', 'traits.age >= 18', 'traits.age < 18', 'orders > 3'],
  ...["event.properties.category == 'phone'", 'event.properties.brand != "("', 'known(traits.u)'],
  ...["or(traits.u, ')') == ')'", 'views_of_product[traits.u1] >= 1', 'segment.vip', 'true'],
  ...['["(", ")"].exists(x, x == traits.text)', '(traits.t) == (traits.u)', '1 in [1, (2)]'],
];

/** A condition with spaces and parentheses where nobody needs them. */
function drawn(random: Random, depth: number, budget: { left: number }): string {
  const space = () => random.pick(['', ' ', ' ', '\n  ']);
  const one = () => {
    const text = drawn(random, depth - 1, budget);
    return random() < 0.6 || /[?|&]/.test(text) ? `(${space()}${text}${space()})` : text;
  };
  if (depth === 0 || budget.left <= 0) return random.pick(PLAIN);
  budget.left--;
  switch (random.below(6)) {
    case 0:
      return `!${space()}(${one()})`;
    case 1:
      return `${one()} ?${space()} ${one()}${space()} : ${one()}`;
    case 2:
      return random.pick(PLAIN);
    default: {
      const operator = random.pick(['&&', '||']);
      const several = Array.from({ length: 2 + random.below(3) }, one);
      // Without parentheses && binds closer: its parts are then parts of a part.
      const loose = random() < 0.3 ? random.pick(['&&', '||']) : operator;
      return several.join(`${space()}${loose}${space()}`);
    }
  }
}
