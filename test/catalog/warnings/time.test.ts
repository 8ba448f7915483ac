// Triggers of time that are valid, and most likely not meant so.

import { describe, expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';

describe('warnings of time', () => {
  const NOW = Date.parse('2026-11-22T02:00:00Z');
  const warned = (text: string) =>
    warningsOf({ 'a.yaml': `catalog: t\nplacements: { web: {} }\n${OFFERS}\n${text}` }, NOW);
  const OFFERS = 'offers: { o: { treatments: { web: {} } } }';
  const trigger = (text: string) => `triggers: { x: { ${text}, decide: web } }`;

  it('none of segments and features that only triggers wait for', () => {
    const read = `features: { gap: { interval: A, by: properties.k } }
segments: { in: true, s: traits.a == 1 }`.replace('in: true, ', '');
    expect(
      warned(`${read}
triggers:
  x: { enter: s, decide: { one_of: [web] } }
  y: { predict: gap, decide: web }`),
    ).toEqual([]);
  });

  it.each([
    [
      trigger('on: [A, B], unless: [B, C], after: 1h'),
      'triggers.x.unless[0]: "B" is in `on`, too: it only begins the waiting anew',
    ],
    [trigger('on: A, unless: "*", after: 1h'), null],
    [
      `segments: { s: traits.a == 1 }\n${trigger('enter: s, over: 1h')}`,
      'triggers.x.over: `over` spreads who was in the segment before, and changes nothing',
    ],
    [trigger('at: 2026-11-20'), 'triggers.x.at: its date is over: it never fires again'],
    [trigger('at: [2026-11-20, 2025-01-01]'), 'triggers.x.at: all of its dates are over'],
    // Until the day after it is late, and no more.
    [trigger('at: 2026-11-21'), null],
    [
      `events: { A: }\n${trigger('on: A, unless: Aa, after: 1h')}`,
      'triggers.x.unless: the event "Aa" is not declared in `events`',
    ],
    [
      `events: { A: { properties: { k: string } }, B: { properties: { j: string } } }
${trigger('on: A, unless: B, after: 1h, per: properties.k')}`,
      'triggers.x.per: `events` declares no property "k" of B',
    ],
    [
      'triggers: { x: { at: traits.b, decide: { one_of: [web, app] } } }\nplacements: { app: {} }',
      'triggers.x.decide.one_of[1]: no offer has a treatment for "app"',
    ],
  ])('%s', (text, warning) => {
    const files = text.split('\nplacements');
    const lines =
      files.length === 1
        ? warned(text)
        : warningsOf(`catalog: t\n${OFFERS}\n${files[0]}\nplacements: { web: {}, app: {} }`, NOW);
    if (warning === null) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringContaining(warning)]);
  });
});
