// What nothing reads, and all the ways of reading.

import { describe, expect, it } from 'vitest';
import { warned } from './with-events.ts';

describe('what nothing reads', () => {
  it('is told of features, segments, offers and placements', () => {
    const text = `features:
  alone: { count: Signed In }
  only_itself: { count: Signed In, where: only_itself < 3 }
  twice: { formula: "in_formula * 2" }
  in_formula: { count: Signed In }
segments:
  lost: in_formula > 1
  group:
    - a: 1 > 2
offers:
  hidden: { value: 3 }
placements:
  nowhere: {}
`;
    const unread = (what: string, asked: string, where = 'a condition') =>
      `nothing in the catalog reads this ${what}: name ${asked} in ${where}, or remove it`;
    const feature = (name: string) => unread('feature', name, 'an expression');
    expect(warned(text)).toEqual([
      `2:3: features.alone: ${feature('alone')}`,
      `3:3: features.only_itself: ${feature('only_itself')}`,
      `4:3: features.twice: ${feature('twice')}`,
      `7:3: segments.lost: ${unread('segment', 'segment.lost')}`,
      `8:3: segments.group: ${unread('segment', 'segment.group')}`,
      '11:3: offers.hidden: no placement can show this offer: it has no treatment for any',
      '13:3: placements.nowhere: no trigger decides this placement, and who asks for it gets ' +
        'nothing, for no offer has a treatment for it: give one a treatment, or remove it',
    ]);
  });

  it.each([
    ['before', 'before.x > 1 && known(y)'],
    ['a key', "y['a'] > x"],
    ['top', "top(y) == 'a' && known(x)"],
    ['has', 'has(y.a) && x > 1'],
    ['a segment', 'segment.s'],
    ['the segment before', '!before.segment.s'],
    ['a macro', "y.exists(k, k == 'a') && x > 1"],
  ])('is not what is read by %s', (_, when) => {
    const features = `features: { x: { count: Signed In }, y: { count: Signed In, by: properties.a } }\n`;
    const segments = when.includes('segment') ? `segments: { s: "x > 1 && y['a'] > 1" }\n` : '';
    const trigger = `triggers:\n  t: { on: Signed In, decide: web, when: "${when}" }\n`;
    expect(warned(features + segments + trigger)).toEqual([]);
  });

  it('is not what treatments, contact rules, holdouts and tests name', () => {
    const text = `features: { x: { count: Signed In }, y: { count: Signed In } }
segments: { s: 1 > 0 }
offers: { o: { treatments: { web: { a: { b: ["{{ y }}"] } } } }, expected: {} }
placements: { asked: {}, held: { channel: mail }, other: { when: in_holdout(held) } }
triggers: { t: { on: Signed In, decide: other } }
contact_policy: [{ max: 1, channels: [mail], when: x > 1 && segment.s }]
tests: { t: { events: [{ Signed In: {}, expect: { asked: expected } }] } }
`;
    expect(warned(text)).toEqual([
      expect.stringContaining('5:41: triggers.t.decide: no offer has a treatment for "other"'),
    ]);
  });

  it('is not what has a list for what an event brings; what time brings needs an offer', () => {
    const text = `recommenders: { r: { model: popular } }
placements: { shown: { recommend: r }, asked: { recommend: r } }
triggers: { at_once: { on: Signed In, decide: shown }, late: { on: Signed In, after: 1h, decide: shown } }
`;
    expect(warned(text)).toEqual([
      expect.stringContaining('triggers.late.decide: no offer has a treatment for "shown"'),
    ]);
  });
});
