// Whole numbers beyond 2^53, as events bring them: ids, whose digits count.

import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/catalog/expressions/compile.ts';
import { evaluate, faultsOf, namesWith, scopeOf } from './scopes.ts';

const [A, B] = [1610521604143693812n, 1610521604143693813n];
const data = {
  event: {
    properties: { a: A, b: B, same: A, text: String(A), small: 5, minus: -A, list: [A, B] },
  },
  traits: { loyalty: A, card: String(B), round: 2n ** 60n },
  context: { store: B },
  features: {
    views_of_product: { [String(A)]: 3, [String(B)]: 1 },
    last_store: String(A),
    recent_products: [String(B), 'p9'],
    orders: Number(A),
  },
  firingKey: String(A),
};
const p = (source: string) => source.replace(/\$(\w+)/g, 'event.properties.$1');

describe('a whole number beyond 2^53', () => {
  it.each<[string, unknown]>([
    // Where it indexes.
    ['views_of_product[$a]', 3],
    ['views_of_product[$b]', 1],
    ['views_of_product[1610521604143693812]', 3],
    ['views_of_product[-1610521604143693812]', 0],
    ['views_of_product[$minus]', 0],
    ["{'1610521604143693812': 'x'}[$a]", 'x'],
    ["{$a: 'x', $b: 'y'}[traits.card]", 'y'],
    ['$a in views_of_product', true],
    ['$minus in views_of_product', false],
    // As a text.
    ['string($a)', '1610521604143693812'],
    ['string($minus)', '-1610521604143693812'],
    ['string(1610521604143693812)', '1610521604143693812'],
    ["'id-' + string($b)", 'id-1610521604143693813'],
    // Compared with a text.
    ["$a == '1610521604143693812'", true],
    ["'1610521604143693812' == $a", true],
    ["$a != '1610521604143693812'", false],
    ["$b == '1610521604143693812'", false],
    ['$a == $text', true],
    ['$text == $b', false],
    ['$a == last_store', true],
    ['$a == firing.key', true],
    ['$b != firing.key', true],
    ["$a in ['1610521604143693812']", true],
    ["$b in ['1610521604143693812']", false],
    ['$b in recent_products', true],
    ['$a in recent_products', false],
    ['traits.card in $list', true],
    ["$a.startsWith('16105')", true],
    ["$a.endsWith('812') && $b.contains('3813')", true],
    ["$b.matches('^[0-9]+3$') && matches($b, '3$')", true],
    ["$a > '1610521604143693811' && $b <= traits.card", true],
    ["$a.startsWith('a')", false],
    ["or($missing, $a) == '1610521604143693812'", true],
    ["$list.exists(x, x == '1610521604143693813')", true],
    // With its like.
    ['$a == $same', true],
    ['$a == $b', false],
    ['$a != $b', true],
    ['$a == traits.loyalty && context.store == $b', true],
    ['$a < $b && $b > $a && $a <= $same && !($b <= $a)', true],
    ['$a in [$b]', false],
    ['$a in $list && !($minus in $list)', true],
    ['[$a] == [$b]', false],
    ["{'x': $a} == {'x': '1610521604143693812'}", true],
    ['$a == 1610521604143693812', true],
    ['$a == 1610521604143693813', false],
    ['$minus == -1610521604143693812', true],
    ['$a in [1610521604143693812, 5]', true],
    ['$a in [1610521604143693813, 5]', false],
    ['last_store == 1610521604143693812', true],
    ['$small in [1610521604143693812, 5]', true],
    ['1610521604143693812 == 1610521604143693813', false],
    // In arithmetic it is the double, and so where it is compared with one.
    ['$a + 0', Number(A)],
    ['$a - $b', 0],
    ['$a * 2', Number(A) * 2],
    ['2 / $a', 2 / Number(A)],
    ['$a % 1000', Number(A) % 1000],
    ['-$a', -Number(A)],
    ['-traits.loyalty', -Number(A)],
    ['1610521604143693812 - 1610521604143693813', 0],
    ['double($a)', Number(A)],
    ['int($a)', Number(A)],
    ['$a > 5 && 5 < $a && $minus < 0 && $a >= 5.5 && !($a <= 5)', true],
    ['$a == orders && orders == $b', true],
    ['$a == 1610521604143693812.0', true],
    ['traits.round == 1152921504606846976', true],
    ['$a < orders', false],
    // Neither a text nor a map beyond that.
    ["$a + 'x'", undefined],
    ['$a.x', undefined],
    ['$a[0]', undefined],
    ['size($a)', undefined],
    ['$list[$a]', undefined],
    ['bool($a)', undefined],
    ['$a == true', false],
    ['$a == null', false],
    ['$a == [1]', false],
    ['$a > true', undefined],
    ['known($a) && has($a)', true],
    ['timestamp($a)', undefined],
    ['$a && true', undefined],
  ])('%s', (source, value) => {
    expect(evaluate(p(source), data)).toEqual(value);
  });

  it('is a number to the checks at load', () => {
    expect(faultsOf("1610521604143693812 == 'x'")[0]!.message).toContain('never equal');
    expect(faultsOf('string(5) > 1610521604143693812')[0]!.message).toContain('Cannot compare');
    expect(faultsOf("1610521604143693812 + 'x'")[0]!.message).toContain('+ cannot take');
    expect(faultsOf("1610521604143693812.startsWith('1')").length).toBe(1);
  });

  it('is the text of its digits in a treatment', () => {
    const treatment = {
      alone: '{{ event.properties.a }}',
      within: '#{{ event.properties.b }}!',
      list: '{{ event.properties.list }}',
      listed: 'ids {{ event.properties.list }}',
      number: '{{ event.properties.small }}',
      sum: '{{ event.properties.a + 0 }}',
    };
    const compiled = compileTemplate(treatment, namesWith());
    if (!compiled.ok) return expect.fail();
    const rendered = compiled.render(scopeOf(data), () => expect.fail());
    expect(JSON.parse(JSON.stringify(rendered))).toEqual({
      alone: '1610521604143693812',
      within: '#1610521604143693813!',
      list: ['1610521604143693812', '1610521604143693813'],
      listed: 'ids ["1610521604143693812","1610521604143693813"]',
      number: 5,
      sum: Number(A),
    });
  });
});
