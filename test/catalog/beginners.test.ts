// The mistakes of somebody's first catalog, and all that they are told of each: where it is, what is
// wrong, and what to do. The guide (docs/catalog.md) has the catalog, a little smaller.

import { describe, expect, it } from 'vitest';
import { mistaken, SHOP, told } from './beginners-shop.ts';

const MISTAKES = [
  [
    'a misspelt key',
    '    cooldown: 1d',
    '    cooldwn: 1d',
    '15:5: triggers.third_look.cooldwn: unknown key "cooldwn", expected on, unless, ' +
      'after, per, when, decide, offers, cooldown, wait, max_age (did you mean cooldown?)',
  ],
  [
    'a misspelt section',
    'placements:',
    'placement:',
    '16:1: placement: unknown section "placement", expected catalog, timezone, ' +
      'customer_timezone, country, currency, consent, identifiers, events, features, segments, ' +
      'triggers, offers, placements, channels, items, recommenders, tests, contact_policy (did you mean placements?)',
  ],
  [
    'a tab',
    '    eligibility: segment.vip',
    '\teligibility: segment.vip',
    '20:1: not valid YAML: Tabs are not allowed as indentation: put spaces in the ' +
      'place of the tab',
  ],
  [
    'one space too few',
    '    cooldown: 1d',
    '   cooldown: 1d',
    '15:1: not valid YAML: this line begins where no line above it does: begin it ' +
      'exactly below the name that it belongs beside',
  ],
  [
    'a key beside the names',
    '    cooldown: 1d',
    '  cooldown: 1d',
    '15:3: triggers.cooldown: "cooldown" stands where a name of triggers is ' +
      'expected, and is a key: indent it further',
  ],
  [
    'a key below another one',
    '    cooldown: 1d',
    '      cooldown: 1d',
    '14:13: triggers.third_look.decide: not valid YAML: found a text here and more ' +
      'below it, indented deeper: begin the next line exactly below this name',
  ],
  [
    'no colon',
    'cooldown: 1d',
    'cooldown 1d',
    '15:5: not valid YAML: found "cooldown 1d", expected ":" and a space after a name',
  ],
  [
    'no space after the colon',
    'cooldown: 1d',
    'cooldown:1d',
    '15:5: not valid YAML: found "cooldown:1d", expected a space after ":"',
  ],
  [
    '! without quotes',
    'eligibility: segment.vip',
    'eligibility: !segment.vip',
    '20:18: offers.phone_case.eligibility: found !segment.vip, which YAML reads as a ' +
      'tag: put quotes around the whole expression',
  ],
  [
    '{{ }} without quotes',
    'title: A case',
    'title: For {{ event.properties.category }}',
    '24:31: offers.phone_case.treatments.web_popup: not valid YAML: found "{" after ' +
      'the end of a text, put quotes around the whole text',
  ],
  [
    'an apostrophe in quotes',
    'title: Welcome',
    "title: 'It's you'",
    "27:31: offers.welcome.treatments.web_popup: not valid YAML: a text with ' in it " +
      `takes double quotes, as in "It's here"`,
  ],
  [
    'a number sign in a text',
    'title: Welcome',
    'title: We are #1',
    '27:18: offers.welcome.treatments.web_popup: not valid YAML: "#1 }" is a comment ' +
      'to YAML, put quotes around the whole text',
  ],
  [
    'a number that is a text',
    'title: Welcome',
    'title: 0012',
    '27:27: offers.welcome.treatments.web_popup.title: found 0012, which YAML reads ' +
      'as the number 12: put quotes around it',
  ],
  [
    '= for ==',
    "== 'phone'",
    "= 'phone'",
    '21:46: offers.phone_case.applicability: Unexpected character: = (did you mean ' + '==?)',
  ],
  [
    '=> for >=',
    '>= 3',
    '=> 3',
    '13:57: triggers.third_look.when: Unexpected character: = (did you mean >=?)',
  ],
  [
    'a text without quotes',
    "== 'phone'",
    '== phone',
    '21:49: offers.phone_case.applicability: There is no feature or name "phone" ' +
      "(did you mean 'phone'?)",
  ],
  [
    'a number in quotes',
    '>= 1000',
    ">= '1000'",
    "9:17: segments.vip: '1000' in quotes is a text, and is compared with a number " +
      '(did you mean 1000?)',
  ],
  [
    'a property without its event',
    'event.properties.category ==',
    'category ==',
    '21:20: offers.phone_case.applicability: There is no feature or name "category" ' +
      '(did you mean event.properties.category or traits.category?)',
  ],
  [
    'a property that is never declared',
    'event.properties.category ==',
    'event.properties.categry ==',
    '21:37: offers.phone_case.applicability: `events` declares no property "categry" ' +
      'of Product Viewed (did you mean category?)',
  ],
  [
    'a segment without its word',
    'eligibility: segment.vip',
    'eligibility: vip',
    '20:18: offers.phone_case.eligibility: vip is a segment (did you mean ' + 'segment.vip?)',
  ],
  [
    'an offer without a treatment for the placement',
    'web_popup: { title: Welcome }',
    '{}',
    '17:40: placements.web_popup.fallback: "welcome" has no treatment for ' +
      '"web_popup": give it one',
  ],
  [
    'a placement that is none',
    'decide: web_popup',
    'decide: web_pop',
    '14:13: triggers.third_look.decide: there is no placement "web_pop", expected ' +
      'one of web_popup (did you mean web_popup?)',
  ],
  [
    'a budget without a limit',
    '{ money: 500, each: 5 }',
    '{}',
    '22:13: offers.phone_case.budget: found no limit, expected a budget such as { ' +
      'grants: 10000, per_day: 500 } or { money: 50000, each: 5 }',
  ],
  [
    'what one costs, without money',
    '{ money: 500, each: 5 }',
    '{ each: 5 }',
    '22:13: offers.phone_case.budget: "money" is missing: "each" is what a grant ' + 'spends of it',
  ],
  [
    'money, without what one costs',
    '{ money: 500, each: 5 }',
    '{ money: 500 }',
    '22:13: offers.phone_case.budget: "each" is missing: what one grant spends of ' + '"money"',
  ],
  [
    'a duration in words',
    'cooldown: 1d',
    'cooldown: 7 days',
    '15:15: triggers.third_look.cooldown: found "7 days", expected a duration such ' +
      'as 30m, 12h, 7d or 2w (did you mean 7d?)',
  ],
  [
    'a time of day',
    'eligibility: segment.vip',
    'eligibility: hour(now) >= 22:00',
    '20:31: offers.phone_case.eligibility: A time of day is compared by its hour, as ' +
      'in hour(now) >= 22',
  ],
  [
    'a split without quotes',
    'eligibility: segment.vip',
    'eligibility: bucket(hello, 2) == 0',
    '20:25: offers.phone_case.eligibility: There is no feature or name "hello" (did ' +
      "you mean 'hello'?)",
  ],
] as const;

describe('a beginner’s mistake is told once, with what to do', () => {
  it('and there is none to begin with', () => {
    expect(told(SHOP)).toEqual([]);
  });

  it.each(MISTAKES)('%s', (_, right, wrong, message) => {
    expect(told(mistaken(right, wrong))).toEqual([`a.yaml:${message}`]);
  });

  it('a name in two files', () => {
    const more = 'offers:\n  welcome: { treatments: { web_popup: { title: Hello } } }\n';
    expect(told({ 'a.yaml': SHOP, 'b.yaml': more })).toEqual([
      'b.yaml:2:3: offers.welcome: "welcome" is defined twice, first in a.yaml:25',
    ]);
  });
});
