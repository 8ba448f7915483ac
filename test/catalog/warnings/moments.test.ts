// Offers of moments that can never come, or that come on any day; quiet hours the wrong way round.

import { describe, expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';

const NOW = Date.parse('2026-11-22T02:00:00Z');

const CATALOG = (rules: string, trigger = 'at: traits.birthday', more = '') => `
catalog: t
features: { orders: { count: Ordered }, last: { last: Ordered } }
segments: { lapsed: since(last) > duration('30d') }
triggers:
  buy: { on: Ordered, when: segment.lapsed && orders > 1, decide: other, offers: [plain] }
  day: { ${trigger}, decide: web, offers: [gift] }
  ${more}
offers:
  plain: { treatments: { other: {} } }
  gift: { ${rules === '' ? '' : `${rules}, `}treatments: { web: {} } }
placements: { web: {}, other: {} }
`;

const ABSENCE = 'on: Added, unless: Ordered, after: 1h';
const PER = `${ABSENCE}, per: properties.k`;
const GIVEN = 'an ordinary question at web gives this offer, too, not only day';
const NO_EVENT = 'is never true: what brings this offer (day) has no event at hand';
const NO_KEY = 'is never true: what brings this offer (day) has neither `per` nor keys';

describe('an offer that only time brings', () => {
  it.each<[rules: string, trigger: string | undefined, more: string, warning: string | null]>([
    // On any day.
    ['', undefined, '', GIVEN],
    ['eligibility: known(traits.birthday)', undefined, '', GIVEN],
    ['eligibility: orders >= 4', undefined, '', GIVEN],
    ['', 'enter: lapsed', '', GIVEN],
    ['', ABSENCE, '', GIVEN],
    // Said in some way.
    ["applicability: firing.trigger == 'day'", undefined, '', null],
    ['suitability: segment.lapsed', 'enter: lapsed', '', null],
    ["applicability: event.event == 'Added'", ABSENCE, '', null],
    ["applicability: now > timestamp('2026-01-01T00:00:00Z')", undefined, '', null],
    ['ends: 2027-01-01', undefined, '', null],
    // What the customer did may stand for what did not follow, though not for a day.
    ['eligibility: orders >= 4', ABSENCE, '', null],
    // In ordinary use.
    ['', undefined, 'more: { on: Added, decide: web }', null],
    ['', undefined, 'more: { on: Added, decide: web, offers: [gift] }', null],
    // Never true.
    ["applicability: event.event == 'Added'", undefined, '', NO_EVENT],
    ["applicability: orders > 1 && event.properties.k == 'x'", undefined, '', NO_EVENT],
    ['applicability: "event.properties.k in [\'x\']"', undefined, '', NO_EVENT],
    ['applicability: known(event.properties.k)', undefined, '', NO_EVENT],
    ['applicability: known(firing.key)', undefined, '', NO_KEY],
    ['applicability: known(firing.key)', ABSENCE, '', NO_KEY],
    ["applicability: firing.key == 'x' || firing.key == 'y'", 'enter: lapsed', '', NO_KEY],
    ['applicability: firing.key != null', undefined, '', NO_KEY],
    // May be true.
    ['applicability: known(firing.key)', PER, '', null],
    ["applicability: \"or(event.event, '') == ''\"", undefined, '', null],
    ["applicability: event.event == 'A' || firing.trigger == 'day'", undefined, '', null],
    ['applicability: event == null', undefined, '', null],
    ['applicability: "!known(firing.key)"', undefined, '', null],
    // An event may lead into a segment.
    ["applicability: event.event == 'Ordered'", 'enter: lapsed', '', null],
    ['applicability: known(firing.key)', undefined, `more: { ${PER}, decide: web }`, null],
  ])('%s, of %s %s', (rules, trigger, more, warning) => {
    const lines = warningsOf(CATALOG(rules, trigger, more), NOW);
    if (warning === null) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringContaining(warning)]);
  });

  it('is not asked for where its placement is open only when something fires', () => {
    const text = CATALOG('').replace(
      'web: {}, other',
      'web: { when: known(firing.trigger) }, other',
    );
    expect(warningsOf(text, NOW)).toEqual([]);
  });
});

describe('an offer at a placement whose channel carries it away', () => {
  it('is asked for by nobody', () => {
    const text = CATALOG('').replace('web: {}, other', 'web: { channel: phone }, other');
    expect(warningsOf(text, NOW)).toEqual([expect.stringContaining(GIVEN)]);
    expect(warningsOf(`${text}channels: { phone: { stream: {} } }`, NOW)).toEqual([]);
  });
});

describe('quiet hours', () => {
  const quiet = (hours: string) =>
    warningsOf(`catalog: t
triggers: { a: { on: A, decide: web } }
offers: { o: { treatments: { web: {} } } }
placements: { web: { quiet: "${hours}" } }`);

  it.each(['08:00-22:00', '09:00-21:00', '07:00-23:30', '20:00-19:00'])(
    '%s take the day',
    (hours) => {
      const [from, to] = hours.split('-');
      expect(quiet(hours)).toEqual([
        expect.stringMatching(`placements.web.quiet: is quiet for .* of 24 hours.*${to}-${from}`),
      ]);
    },
  );

  it.each(['22:00-08:00', '18:00-09:00', '00:00-09:00', '12:00-14:00', '17:00-09:00'])(
    '%s do not',
    (hours) => expect(quiet(hours)).toEqual([]),
  );
});
