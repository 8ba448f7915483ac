// Triggers that fire for nothing, and those that only look so.

import { describe, expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';

describe('a trigger whose offers can never be chosen there', () => {
  const NOW = Date.parse('2026-11-22T02:00:00Z');
  const dead = (trigger: string, offer: string, placements = 'mail: {}') =>
    warningsOf(
      `catalog: t
placements: { ${placements} }
offers: { good: { treatments: { mail: {} } }, o: { ${offer} } }
triggers:
  t: { on: A, ${trigger} }
`,
      NOW,
    ).map((line) => line.replace(/^a.yaml:/, ''));
  const SHOWN = 'treatments: { mail: {} }';

  it.each([
    [
      'no treatment there',
      'decide: app, offers: [o]',
      `${SHOWN}`,
      '5:36: triggers.t.offers: none of these offers has a treatment for "app": it would never show',
    ],
    [
      'no treatment at one of two',
      'decide: [mail, app], offers: o',
      SHOWN,
      '5:44: triggers.t.offers: none of these offers has a treatment for "app"',
    ],
    [
      'nothing at all there',
      'decide: [mail, app]',
      SHOWN,
      '5:30: triggers.t.decide[1]: no offer has a treatment for "app"',
    ],
    [
      'an eligibility that is never true',
      'decide: mail, offers: [o]',
      `eligibility: false, ${SHOWN}`,
      '5:37: triggers.t.offers: none of these offers can ever be chosen at "mail": "o" has a' +
        ' `eligibility` that is never true',
    ],
    [
      'a suitability that is never true',
      'decide: mail, offers: [o]',
      `suitability: 1 > 2, ${SHOWN}`,
      '"o" has a `suitability` that is never true',
    ],
    [
      'a campaign that is over',
      'decide: mail, offers: [o]',
      `ends: 2026-11-22, ${SHOWN}`,
      '"o" is over: its `ends` has passed',
    ],
    [
      'a cap of 0',
      'decide: mail, offers: [o]',
      `caps: [{ max: 0 }], ${SHOWN}`,
      '"o" has a cap of 0',
    ],
    [
      'a budget that one grant is dearer than',
      'decide: mail, offers: [o]',
      `budget: { money: 2, each: 2.5 }, ${SHOWN}`,
      '"o" has a budget of 2, of which one costs 2.5',
    ],
    [
      'a budget of no grants',
      'decide: mail, offers: [o]',
      `budget: { grants: 0 }, ${SHOWN}`,
      '"o" has a budget of 0 grants',
    ],
    [
      'a budget of none per day',
      'decide: mail, offers: [o]',
      `budget: { grants: 5, per_day: 0 }, ${SHOWN}`,
      '"o" has a budget of 0 per day',
    ],
    [
      'a tag of such offers',
      'decide: mail, offers: "#x"',
      `tags: [x], applicability: false, ${SHOWN}`,
      '"o" has a `applicability` that is never true',
    ],
  ])('%s', (_, trigger, offer, message) => {
    const [warning, ...others] = dead(trigger, offer, 'mail: {}, app: {}, used: {}').filter(
      (line) => line.includes('triggers.t'),
    );
    expect(others).toEqual([]);
    expect(warning).toContain(message);
  });

  it('a placement that is never open', () => {
    expect(dead('decide: mail', SHOWN, 'mail: { when: false }')).toEqual([
      '5:23: triggers.t.decide: the placement "mail" is never open: its `when` is never true',
    ]);
  });

  it.each([
    ['offers that may be', 'decide: mail, offers: [o, good]', `eligibility: false, ${SHOWN}`],
    ['what ends later', 'decide: mail, offers: [o]', `ends: 2026-11-23, ${SHOWN}`],
    ['what starts later', 'decide: mail, offers: [o]', `starts: 2099-01-01, ${SHOWN}`],
    [
      'conditions on the customer',
      'decide: mail, offers: [o]',
      `eligibility: known(traits.a), ${SHOWN}`,
    ],
  ])('but not of %s', (_, trigger, offer) => {
    expect(dead(trigger, offer)).toEqual([]);
  });

  it('but not of the fallback, which is always there', () => {
    const placements = 'mail: { fallback: o }';
    expect(dead('decide: mail, offers: [o]', SHOWN, placements)).toEqual([]);
    const only = `catalog: t\nplacements: { mail: { fallback: o } }\noffers: { o: { ${SHOWN} } }\n`;
    expect(warningsOf(`${only}triggers: { t: { on: A, decide: mail } }`)).toEqual([]);
  });
});
