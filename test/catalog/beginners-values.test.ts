// Values as people write them who come from spreadsheets and word processors: what was meant is told.

import { describe, expect, it } from 'vitest';
import { mistaken, told } from './beginners-shop.ts';

const MISTAKES = [
  [
    'a number in quotes where one is counted',
    '{ money: 500, each: 5 }',
    "{ per_day: '20' }",
    '22:24: offers.phone_case.budget.per_day: found "20", expected a whole number ' +
      'from 0 to 9007199254740991 (did you mean 20 without quotes?)',
  ],
  [
    'an amount with its currency',
    'money: 500',
    'money: 500 EUR',
    '22:22: offers.phone_case.budget.money: found "500 EUR", expected an amount from ' +
      '0 to 90071992547409.91, with at most 2 decimals (did you mean 500?)',
  ],
  [
    'a cost with its currency',
    'each: 5',
    'each: 2.50 EUR',
    '22:33: offers.phone_case.budget.each: A number is written without a currency, ' +
      'such as 30 (did you mean 2.50?)',
  ],
  [
    'a comma in a number within { }',
    'each: 5',
    'each: 2,5',
    '22:33: offers.phone_case.budget.each: found 2,5: a number has no comma in it, ' +
      'such as 1000 or 1.5 (did you mean 2.5?)',
  ],
  [
    'a word for a cost',
    'each: 5',
    'each: cost',
    '22:33: offers.phone_case.budget.each: There is no feature or name "cost", ' +
      'expected a number or an expression',
  ],
  [
    'a word for a number',
    'eligibility: segment.vip',
    'value: high',
    '20:12: offers.phone_case.value: There is no feature or name "high", expected a ' +
      'number or an expression',
  ],
  [
    'yes for true',
    'eligibility: segment.vip',
    'eligibility: yes',
    '20:18: offers.phone_case.eligibility: There is no feature or name "yes", ' +
      'expected true, false or a condition (did you mean true?)',
  ],
  [
    'a word for a condition',
    'eligibility: segment.vip',
    'eligibility: everybody',
    '20:18: offers.phone_case.eligibility: There is no feature or name "everybody", ' +
      'expected true, false or a condition',
  ],
  [
    'a city for a time zone',
    'catalog: shop',
    'timezone: Berlin\ncatalog: shop',
    '1:11: timezone: there is no time zone "Berlin" (did you mean Europe/Berlin?)',
  ],
  [
    'a window without its unit',
    'window: 30m',
    'window: 7',
    '6:81: features.views_of_product.window: found 7, expected a duration above 0 ' +
      'such as 30m, 12h, 7d or 2w (did you mean 7d?)',
  ],
  [
    'quotes of a word processor, with a colon',
    'title: A case',
    'title: “Happy hour: half price”',
    '24:27: offers.phone_case.treatments.web_popup: not valid YAML: “ is no quote to ' +
      'YAML: put " around the whole text instead',
  ],
  [
    'quotes of a word processor, with a comma',
    'web_popup: { title: Welcome }',
    'web_popup: { title: “Welcome, you” }',
    '27:27: offers.welcome.treatments.web_popup.title: not valid YAML: “ is no quote ' +
      'to YAML: put " around the whole text instead',
  ],
  [
    'a segment that nothing asks for',
    '  vip: spend >= 1000',
    '  vip: spend >= 1000\n  regular: spend >= 100',
    '10:3: segments.regular: nothing in the catalog reads this segment: name ' +
      'segment.regular in a condition, or remove it',
  ],
  [
    'a placement that nothing decides',
    'placements:',
    'placements:\n  app: { channel: app }',
    '17:3: placements.app: no trigger decides this placement, and who asks for it ' +
      'gets nothing, for no offer has a treatment for it: give one a treatment, or ' +
      'remove it',
  ],
] as const;

describe('a beginner’s value', () => {
  it.each(MISTAKES)('%s', (_, right, wrong, message) => {
    expect(told(mistaken(right, wrong))).toEqual([`a.yaml:${message}`]);
  });

  it('all mistakes in a budget at once', () => {
    const of = (budget: string) =>
      told(mistaken('{ money: 500, each: 5 }', budget)).map((line) => line.split(': ')[0]);
    const at = ['a.yaml:22:24', 'a.yaml:22:39', 'a.yaml:22:53'];
    expect(of('{ per_day: twenty, money: 50 EUR, each: 2.50 EUR }')).toEqual(at);
    expect(of('{ per_day: twenty, money: 500000, each: cost_price }')).toEqual([at[0], at[2]]);
    expect(of('{ per_day: twenty, each: 5 }')).toEqual(['a.yaml:22:13', at[0]]);
  });
});
