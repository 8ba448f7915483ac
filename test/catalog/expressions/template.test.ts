import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../src/catalog/expressions/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { Instant } from '../../../src/model/value.ts';
import { namesWith, type ScopeData, scopeOf } from './scopes.ts';

function rendered(
  treatment: JsonObject,
  data: ScopeData = {},
): { made: JsonObject; unknowns: number } {
  const compiled = compileTemplate(treatment, namesWith());
  if (!compiled.ok) return expect.fail(JSON.stringify(compiled.faults));
  let unknowns = 0;
  const made = compiled.render(scopeOf(data), () => {
    unknowns++;
  });
  return { made, unknowns };
}

function faults(treatment: JsonObject) {
  const compiled = compileTemplate(treatment, namesWith());
  return compiled.ok ? expect.fail('no fault') : compiled.faults;
}

describe('templates', () => {
  test('a text that is one expression keeps its type', () => {
    const data: ScopeData = {
      features: { orders: 3, last_order: new Instant(0), recent_products: ['a', 'b'] },
      event: { properties: { on: true, item: { id: 'x', tags: [1, null] } } },
    };
    const { made } = rendered(
      {
        number: '{{ orders * 2 }}',
        bool: '{{event.properties.on}}',
        list: '{{ recent_products }}',
        map: '{{ event.properties.item }}',
        time: '{{ last_order }}',
        duration: "{{ duration('1m30s') }}",
        made: "{{ {'at': last_order, 'list': [orders]} }}",
        spaced: ' {{ orders }}',
      },
      data,
    );
    expect(JSON.parse(JSON.stringify(made))).toEqual({
      number: 6,
      bool: true,
      list: ['a', 'b'],
      map: { id: 'x', tags: [1, null] },
      time: '1970-01-01T00:00:00.000Z',
      duration: 90,
      made: { at: '1970-01-01T00:00:00.000Z', list: [3] },
      spaced: ' 3',
    });
  });

  test('reach any text at any depth, and leave the rest alone', () => {
    const { made } = rendered(
      { a: { b: ['x', '{{ orders }}', { c: 'n={{ orders }}!' }] }, d: 5, e: null, f: '}} {' },
      { features: { orders: 1 } },
    );
    expect(made).toEqual({ a: { b: ['x', 1, { c: 'n=1!' }] }, d: 5, e: null, f: '}} {' });
  });

  test('unknown renders as nothing and is counted once per expression', () => {
    const { made, unknowns } = rendered({
      whole: '{{ traits.x }}',
      part: 'Hi {{ traits.x }}, {{ traits.y }}!',
      nan: '{{ double("1e999") }}',
    });
    expect(made).toEqual({ whole: '', part: 'Hi , !', nan: '' });
    expect(unknowns).toBe(4);
  });

  test('braces and quotes inside of an expression do not end it', () => {
    const { made } = rendered({ a: `{{ '}}' + "{{" }}`, b: `x{{ {'k': {'l': "'}}"}}.k.l }}y` });
    expect(made).toEqual({ a: '}}{{', b: `x'}}y` });
  });

  test('a treatment without templates is one frozen object', () => {
    const compiled = compileTemplate({ a: 'x', b: { c: [1, { d: 2 }] } }, namesWith());
    if (!compiled.ok) return expect.fail();
    const first = compiled.render(scopeOf(), () => {});
    expect(compiled.render(scopeOf(), () => {})).toBe(first);
    expect(first).toEqual({ a: 'x', b: { c: [1, { d: 2 }] } });
    expect(Object.isFrozen(first) && Object.isFrozen(first.b)).toBe(true);
  });

  test('faults say where: the way to the text and the place in it', () => {
    expect(faults({ a: [{ b: 'Hi {{ ordres }}' }], c: '{{ segment.vpi }}' })).toEqual([
      expect.objectContaining({ path: ['a', 0, 'b'], offset: 6, length: 6, suggestion: 'orders' }),
      expect.objectContaining({ path: ['c'], offset: 11, suggestion: 'vip' }),
    ]);
    expect(faults({ a: 'Hi {{ orders' })[0]).toMatchObject({ path: ['a'], offset: 3 });
    expect(faults({ a: 'Hi {{ }}' })[0]).toMatchObject({ path: ['a'], offset: 5 });
  });

  test('keys that start with $ are reserved, at any depth', () => {
    expect(faults({ $a: 1, b: [{ $c: 2 }] }).map((fault) => fault.path)).toEqual([
      ['$a'],
      ['b', 0, '$c'],
    ]);
  });

  test('tell what they read', () => {
    const compiled = compileTemplate(
      { a: '{{ orders }} {{ traits.x }}', b: ['{{ last_order }}', '{{ orders }}'] },
      namesWith(),
    );
    expect(
      compiled.ok && compiled.expressions.map(({ path, reads }) => [path, reads]),
    ).toMatchObject([
      [['a'], { featureSlots: [0], traits: false }],
      [['a'], { featureSlots: [], traits: true }],
      [['b', 0], { featureSlots: [4] }],
      [['b', 1], { featureSlots: [0] }],
    ]);
  });

  test('a treatment that is nested without end is refused', () => {
    let deep: JsonObject = {};
    for (let i = 0; i < 5000; i++) deep = { a: deep };
    expect(faults(deep)[0]?.message).toMatch('nested');
  });
});
