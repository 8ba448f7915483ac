// What is told of an expectation that was not met: where every expected offer ended and why, or what
// kept each trigger silent.

import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/model/decision.ts';
import { failuresOf, oneTest, run } from './tested.ts';

/** The lines of the one failure there must be, without its position. */
function lines(catalog: string, given: string, ...steps: readonly string[]): readonly string[] {
  const failures = failuresOf(catalog, oneTest(given, ...steps), Date.UTC(2026, 10, 22));
  expect(failures).toHaveLength(1);
  return failures[0]!.replace(/^\S+ t: /, '').split('\n  ');
}

/** An event that asks for `app`, and the offer that is expected there. */
const expecting = (offers: string) => `{ Asked: {}, expect: { app: ${offers} } }`;

describe('an offer that was expected', () => {
  const shop = (offer: string, more = '', placement = '{ fallback: welcome }') => `
triggers: { ask: { on: Asked, decide: app } }
consent: { marketing: { default: denied } }
offers:
  o: { ${offer}treatments: { app: { x: 1 } } }
  welcome: { treatments: { app: { x: 1 } } }
placements: { app: ${placement} }
${more}`;
  const meaning = (reason: keyof typeof REASONS) => REASONS[reason].join(': ');

  it.each([
    ['not_started', 'starts: 2030-01-01, ', ''],
    ['ended', 'ends: 2020-01-01, ', ''],
    ['ineligible', 'eligibility: 2 > 1 && 1 > 2, ', ': 1 > 2'],
    ['not_applicable', 'applicability: known(traits.x), ', ': known(traits.x)'],
    ['unsuitable', 'suitability: traits.x == 1, ', ': traits.x == 1 (traits.x missing)'],
    ['capped', 'caps: [{ max: 9 }, { max: 0, window: 7d, of: click }], ', ': 0 in 7d of click'],
  ] as const)('ended as %s, and by which part', (reason, offer, blame) => {
    expect(lines(shop(offer), '{}', expecting('o'))).toEqual([
      'app: expected o, found welcome, the fallback (trigger ask)',
      `o: ${meaning(reason)}${blame}`,
      'welcome: the fallback: nothing was chosen',
    ]);
  });

  it('was refused with its placement, and the purpose is named', () => {
    const closed = (placement: string) => lines(shop('', '', placement), '{}', expecting('o'));
    expect(closed('{ consent: marketing }')).toEqual([
      'app: expected o, found no offer (trigger ask)',
      `o: ${meaning('no_consent')} (marketing)`,
    ]);
    expect(closed('{ when: traits.x == 1 }')[1]).toBe(
      `o: ${meaning('placement_closed')}: traits.x == 1 (traits.x missing)`,
    );
  });

  it('was refused by the contact policy', () => {
    const policy = 'contact_policy: [{ max: 0, channels: [web] }]';
    expect(lines(shop('', policy, '{ channel: web }'), '{}', expecting('o'))[1]).toBe(
      `o: ${meaning('contact_policy')}: 0`,
    );
  });

  it('had no score: every factor is told', () => {
    expect(lines(shop('value: traits.x, propensity: 0.5, '), '{}', expecting('o'))[1]).toBe(
      `o: ${meaning('score_unknown')} (propensity 0.5, value unknown, context 1, lever 1): traits.x (traits.x missing)`,
    );
  });

  it('was outranked: by whom, and with which scores', () => {
    const rivals = `offers:
  a: { value: 3, treatments: { app: { x: 1 } } }
  b: { value: 2, propensity: 1/3, treatments: { app: { x: 1 } } }
  c: { value: 2, propensity: 1/3, treatments: { app: { x: 1 } } }
placements: { app: { limit: 2 } }
triggers: { ask: { on: Asked, decide: app } }`;
    const rivalsOf = (offer: string) => lines(rivals, '{}', expecting(`[${offer}, a]`));
    const [won, lost] = rivalsOf('b')[0]!.includes('found [a, b]') ? ['b', 'c'] : ['c', 'b'];
    const tie = ', a tie that the customer’s id decides';
    expect(rivalsOf(lost)).toEqual([
      `app: expected [${lost}, a], found [a, ${won}] (trigger ask)`,
      `${lost}: limit: outranked, with a score of 0.666667 after a (3), ${won} (0.666667${tie})`,
      'a: chosen, with a score of 3',
      `${won}: chosen, with a score of 0.666667`,
    ]);
  });

  it('came, with others or in another place', () => {
    const two = `offers:
  a: { value: 3, treatments: { app: { x: 1 } } }
  b: { value: 2, treatments: { app: { x: 1 } } }
placements: { app: { limit: 2 } }
triggers: { ask: { on: Asked, decide: app } }`;
    const ends = ['b: chosen, with a score of 2', 'a: chosen, with a score of 3'];
    expect(lines(two, '{}', expecting('[b, a]'))).toEqual([
      'app: expected [b, a], found [a, b] (trigger ask)',
      ...ends,
    ]);
    expect(lines(two, '{}', expecting('b'))[0]).toBe('app: expected b, found [a, b] (trigger ask)');
    expect(lines(two, '{}', expecting('none'))).toEqual([
      'app: expected no offer, found [a, b] (trigger ask)',
      ...ends.toReversed(),
    ]);
  });

  it('was no candidate: no treatment, not among what a trigger allows, the fallback', () => {
    const catalog = `triggers:
  first: { on: Asked, decide: app, offers: [a] }
  other: { on: Asked, decide: web, offers: [b] }
offers:
  a: { treatments: { app: { x: 1 } } }
  b: { treatments: { app: { x: 1 }, web: { x: 1 } } }
  c: { treatments: { web: { x: 1 } } }
  d: { treatments: { app: { x: 1 } } }
placements: { app: { fallback: d }, web: {} }`;
    const second = (offer: string) => lines(catalog, '{}', expecting(offer))[1];
    expect(second('b')).toBe('b: is not among the `offers` of first');
    expect(second('c')).toBe('c: has no treatment for app');
    expect(second('d')).toBe(
      'd: is the fallback of app, which comes only where nothing else is chosen',
    );
  });

  it('was held out: the customer is told, and another is proposed that is not', () => {
    const catalog = shop('value: 3, ', '', '{ holdout: 50%, fallback: welcome }');
    const caught = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8'].filter(
      (id) => run(catalog, oneTest(`{ userId: ${id} }`, expecting('o'))).failed === 1,
    );
    expect(caught.length).toBeGreaterThan(0);
    const [id] = caught;
    const [told, holdout, ...ends] = lines(catalog, `{ userId: ${id} }`, expecting('o'));
    expect(told).toBe('app: expected o, found welcome, the fallback (trigger ask)');
    const proposed = new RegExp(
      `^${id} is in the holdout of app \\(50 %\\): choose another userId, such as (${id}\\d+)$`,
    );
    expect(holdout).toMatch(proposed);
    const [, free] = proposed.exec(holdout!)!;
    expect(run(catalog, oneTest(`{ userId: ${free} }`, expecting('o'))).failed).toBe(0);
    expect(ends).toEqual([
      `o: ${meaning('holdout')}; its score is 3`,
      'welcome: the fallback: nothing was chosen',
    ]);
    const everybody = lines(shop('', '', '{ holdout: 100% }'), '{}', expecting('o'));
    expect(everybody[1]).toBe('somebody is in the holdout of app (100 %): choose another userId');
  });

  it('was one of many: ten are told', () => {
    const names = Array.from({ length: 12 }, (_, i) => `o${i}`);
    const catalog = `triggers: { ask: { on: Asked, decide: app } }
offers: { ${names.map((name) => `${name}: { treatments: { app: { x: 1 } } }`).join(', ')} }
placements: { app: { limit: 1, when: 1 > 2 } }`;
    const told = lines(catalog, '{}', expecting(`[${names.join(', ')}]`));
    expect(told).toHaveLength(12);
    expect(told[0]).toContain('o9, … and 2 more], found no offer');
    expect(told[11]).toBe('… and 2 more');
  });
});

describe('a placement that was not decided', () => {
  const catalog = `features: { n: { count: Asked } }
triggers:
  never: { on: Asked, when: n > 0 && n > 9, decide: app }
  unknown: { on: Asked, when: n > 0 && traits.age > 18, decide: app }
  cooling: { on: Asked, decide: app, cooldown: 1d, per: properties.key }
  elsewhere: { on: Asked, decide: web }
  later: { on: [Other, $page], decide: [app, web] }
offers: { o: { treatments: { app: { x: 1 } } } }
placements: { app: {}, web: {}, lonely: {} }`;

  it('tells what kept each trigger that looks at the event', () => {
    const given = '{ now: "2026-11-22T00:00:00Z" }';
    const asked = (expected: string) => `{ Asked: { key: k }, expect: { app: ${expected} } }`;
    expect(lines(catalog, given, asked('o'), asked('o'))).toEqual([
      'app: expected o, found no decision',
      'never did not fire: its `when` is false: n > 9',
      'unknown did not fire: its `when` is unknown: traits.age > 18 (traits.age missing)',
      'cooling did not fire: its `cooldown` runs until 2026-11-23T00:00:00.000Z',
    ]);
    expect(lines(catalog, given, expecting('o'))[3]).toBe(
      'cooling did not fire: the event lacks what `per` names: properties.key',
    );
  });

  it('tells what the triggers look at, where none looks at the event', () => {
    expect(lines(catalog, '{}', '{ $screen: {}, expect: { web: o } }').slice(1)).toEqual([
      'elsewhere did not fire: it is on Asked, not on $screen',
      'later did not fire: it is on Other, $page, not on $screen',
    ]);
    expect(lines(catalog, '{}', '{ Asked: {}, expect: { lonely: o } }').slice(1)).toEqual([
      'no trigger decides lonely: it is decided only where it is asked for',
    ]);
  });

  it('meets an expectation of no offer', () => {
    expect(
      failuresOf(catalog, oneTest('{}', '{ $screen: {}, expect: { web: none, app: [] } }')),
    ).toEqual([]);
  });
});

describe('an event that is refused', () => {
  const catalog = `events: { Asked: { properties: { n: number!, t: string } } }
features: { seen: { last: "*" } }
triggers: { ask: { on: Asked, decide: app } }
offers: { o: { treatments: { app: { x: 1 } } } }
placements: { app: {} }`;
  const long = 'x'.repeat(33_000);

  it.each([
    ['by its contract', '{ Asked: {}, expect: { app: none } }', 'properties.n is required'],
    ['by its type', '{ Asked: { n: three } }', /properties.n must be a number$/],
    ['by its quotes', '{ Asked: { n: "3" } }', 'must be a number: write 3 without quotes'],
    ['by missing quotes', '{ Asked: { n: 1, t: 9 } }', 'must be a string: put quotes around 9'],
    [
      'for two ways to one path',
      '{ Asked: { n: 1, a: { b: 1 }, a.b: 2 } }',
      'means both a key with dots',
    ],
    [
      'for its consent',
      '{ Asked: { n: 1 }, context: { consent: { categoryPreferences: { a: granted } } } }',
      'A preference must be true or false.',
    ],
    ['for its size', `{ Asked: { n: 1, text: ${long} } }`, 'may have 32 KB'],
    [
      'for a name that no event can have',
      '{ $other: {} }',
      "An event's name must not start with '$'.",
    ],
  ])('%s fails the test, which ends there', (_, step, message) => {
    const [told, ...others] = failuresOf(
      catalog,
      oneTest('{}', '{ Asked: { n: 1 } }', step, '{ Asked: { n: 1 }, expect: { app: none } }'),
    );
    expect(others).toEqual([]);
    expect(told).toMatch(/^6:9 t: the event is refused: /);
    expect(told).toMatch(message);
  });

  it('is told of what is given, too', () => {
    const given = (what: string) => failuresOf(catalog, oneTest(what, '{ Asked: { n: 1 } }'));
    expect(given('{ userId: "", traits: { a: 1 } }')).toEqual([
      "2:3 t: what is given is refused: 'userId', 'anonymousId' or an identifier in " +
        "'context.externalIds' is required.",
    ]);
    expect(given('{ traits: { a: { b: 1 }, a.b: 2 } }')[0]).toContain('what is given is refused');
    expect(given(`{ userId: ${'u'.repeat(257)} }`)[0]).toContain(
      "'userId' may have 256 characters",
    );
  });
});

describe('what became of an offer', () => {
  const catalog = `triggers: { ask: { on: Asked, decide: app } }
offers:
  o: { value: 2, caps: [{ max: 1, of: impression }], treatments: { app: { x: 1 } } }
  p: { treatments: { app: { x: 1 } } }
placements: { app: {} }`;

  it('is of the last decision that gave it', () => {
    const seen = (offer: string) => `{ Offer Viewed: { offerId: ${offer} } }`;
    expect(failuresOf(catalog, oneTest('{}', expecting('o'), seen('o'), expecting('p')))).toEqual(
      [],
    );
    expect(failuresOf(catalog, oneTest('{}', expecting('o'), expecting('o')))).toEqual([]);
    expect(failuresOf(catalog, oneTest('{}', expecting('o'), seen('p')))).toEqual([
      '6:9 t: the event is refused: p was not given to this customer before',
    ]);
  });

  it('is of the decision that it names', () => {
    const named = '{ Offer Viewed: { offerId: o, decisionId: x } }';
    expect(failuresOf(catalog, oneTest('{}', expecting('o'), named))).toEqual([
      '6:9 t: the event is refused: The decision or offer was not given to this customer, or is too' +
        ' long ago.',
    ]);
  });
});
