// What triggers of time, quiet hours and customers’ timezones may not say, and what is told of it.

import { describe, expect, it } from 'vitest';
import { onlyFault, reported, withMore } from './compile.ts';
import { withTrigger } from './with-trigger.ts';

describe('faults of time', () => {
  it.each([
    ['enter: lapsd', 'enter: there is no segment "lapsd", expected one of vip, stage', null],
    ['enter: stage', 'enter: "stage" is a group, expected one of stage.new, stage.loyal', null],
    ['enter: stage.nwe', 'enter: there is no member "nwe", expected one of new, loyal', 'new'],
    ['enter: vip.gold', 'enter: "vip" is a segment without members: name it alone', 'vip'],
    [
      'enter: segment.vip',
      'enter: found "segment.vip", expected the name of a segment alone',
      'vip',
    ],
    ['enter: vip, existing: "yes"', 'existing: found "yes", expected true or false', null],
    [
      'enter: vip, per: properties.k',
      'per: `per` goes with `on`, and this trigger waits for `enter`',
      null,
    ],
    [
      'predict: gap, per: properties.k',
      'per: `per` goes with `on`, and this trigger waits for `predict`',
      null,
    ],
    [
      'at: traits.b, unless: A',
      'unless: `unless` goes with `on`, and this trigger waits for `at`',
      null,
    ],
    [
      'on: A, lead: 1d',
      'lead: `lead` goes with `at` or `predict`, and this trigger waits for `on`',
      null,
    ],
    [
      'on: A, unless: B',
      'unless: `unless` needs `after`: how long it is waited for, such as 1h',
      null,
    ],
    [
      'on: A, unless: B, after: 0s',
      'after: found "0s", expected a duration above 0 and up to 366d, such as 1h or 30d',
      null,
    ],
    [
      'on: A, unless: B, after: 10y',
      'after: found "10y", expected a duration above 0 and up to 366d, such as 1h or 30d',
      null,
    ],
    [
      'on: A, after: 367d',
      'after: found "367d", expected a duration above 0 and up to 366d, such as 1h or 30d',
      null,
    ],
    ['on: A, after: 2 days', 'after: found "2 days", expected a duration above 0', '2d'],
    ['on: A, unless: B, aftr: 1h', 'aftr: unknown key "aftr", expected on, unless', 'after'],
    ['on: A, unles: B, after: 1h', 'unles: unknown key "unles", expected on, unless', 'unless'],
    [
      'on: A, unless: $pge, after: 1h',
      'unless: found "$pge", expected an event name, or one of $page',
      '$page',
    ],
    ['on: A, at: traits.b', 'found on and at, expected what it waits for: one of on', null],
    ['at: [2027-02-30]', 'at[0]: found "2027-02-30", expected a date that exists', null],
    ['at: 2027-2-6', 'at: found "2027-2-6", expected a date such as 2027-02-06', '2027-02-06'],
    ['at: 20270206', 'at: found 20270206, expected a trait such as traits.birthday, a date', null],
    ['at: "0001-01-01"', 'at: found "0001-01-01", expected a date in the years 1970 to 9998', null],
    ['at: ["9999-12-31"]', 'at[0]: found "9999-12-31", expected a date in the years 1970', null],
    ['at: [2027-02-06, 2027-02-06]', 'at[1]: "2027-02-06" stands twice: it comes once', null],
    ['at: []', 'at: found an empty list, expected a trait such as traits.birthday', null],
    [
      'at: [traits.birthday]',
      'at[0]: found "traits.birthday", expected a date such as 2027-02-06, or an ISO time, in ' +
        'quotes: a trait stands alone, not in a list',
      null,
    ],
    [
      'at: birthday',
      'at: found "birthday", expected a trait such as traits.birthday, or a date such as',
      'traits.birthday',
    ],
    ['at: "traits.days[]"', 'at: found "traits.days[]", expected a trait with one value', null],
    ['at: traits.b, time: "9:00"', 'time: found "9:00", expected a time of day such', '09:00'],
    ['at: traits.b, time: 9pm', 'time: found "9pm", expected a time of day such as', '21:00'],
    ['at: traits.b, time: "25:00"', 'time: found "25:00", expected a time of day', null],
    [
      'at: traits.b, over: 1h',
      'over: `over` goes with dates, which come for all customers at once: a trait has each ' +
        'customer’s own',
      null,
    ],
    [
      'at: 2027-02-06, once: true',
      'once: `once` goes with a trait, whose date comes every year: a date that is written here ' +
        'comes once',
      null,
    ],
    [
      'at: traits.b, lead: 365d',
      'lead: found "365d", expected a duration below 365d such as 3d or 12h',
      null,
    ],
    ['predict: orders', 'predict: "orders" is no interval feature with `by`', null],
    [
      'predict: mean_gap',
      'predict: "mean_gap" is no interval feature with `by`: give it `by`',
      null,
    ],
    ['predict: gpa', 'predict: there is no feature "gpa", expected one of', 'gap'],
  ])('%s', (trigger, report, suggestion) => {
    const texts = withTrigger(trigger);
    expect(reported(texts)[0]).toContain(`: triggers.x.${report}`.replace('x.found', 'x: found'));
    expect(onlyFault(texts).suggestion).toBe(suggestion);
  });

  it.each([
    ['{ one_of: [] }', 'decide.one_of: found an empty list, expected a list of placements', null],
    [
      '{ one_of: [web, web] }',
      'decide.one_of[1]: "web" stands twice in `one_of`: only its first place counts',
      null,
    ],
    ['{ one_of: [wbe] }', 'decide.one_of[0]: there is no placement "wbe"', 'web'],
    ['{ oneof: [web] }', 'decide.oneof: unknown key "oneof", expected one_of', 'one_of'],
    ['7', 'decide: found 7, expected a placement, a list of them, or { one_of: [ … ] }', null],
  ])('decide: %s', (decide, report, suggestion) => {
    const texts = withMore(`triggers:\n  x: { on: A, decide: ${decide} }`);
    expect(reported(texts)[0]).toContain(`triggers.x.${report}`);
    expect(onlyFault(texts).suggestion).toBe(suggestion);
  });

  it.each([
    ['"25:00-08:00"', 'hours such as 22:00-08:00', null],
    ['"22-8"', 'hours such as 22:00-08:00', '22:00-08:00'],
    ['10pm to 8am', 'hours such as 22:00-08:00', '22:00-08:00'],
    ['"22:00-24:00"', 'hours such as 22:00-08:00', '22:00-00:00'],
    ['"08:00-08:00"', 'hours such as 22:00-08:00, which begin and end at different times', null],
    ['true', 'hours such as 22:00-08:00', null],
  ])('quiet: %s', (quiet, expected, suggestion) => {
    expect(onlyFault(withMore(`placements:\n  x: { quiet: ${quiet} }`))).toMatchObject({
      ...{ path: 'placements.x.quiet', expected, suggestion },
    });
  });

  it.each([
    ['tz', 'a trait such as traits.tz', 'traits.tz'],
    ['event.traits.tz', 'a trait such as traits.tz', 'traits.tz'],
    ['Asia/Shanghai', 'a trait such as traits.tz', null],
    ['"traits.tz[]"', 'a trait with one value, not a list (`[]`)', null],
    ['[traits.tz]', 'a trait such as traits.tz', null],
  ])('customer_timezone: %s', (text, expected, suggestion) => {
    expect(onlyFault(withMore(`customer_timezone: ${text}`))).toMatchObject({
      ...{ path: 'customer_timezone', expected, suggestion },
    });
  });

  it('has an end to the dates of one trigger', () => {
    const dates = Array.from({ length: 1_001 }, (_, i) =>
      new Date(Date.UTC(2030, 0, 1 + i)).toISOString().slice(0, 10),
    );
    expect(onlyFault(withTrigger(`at: [${dates.join(', ')}]`)).message).toBe(
      'more than 1000 dates in one trigger',
    );
  });

  it('knows the events that only `unless` names', () => {
    const test = 'tests: { t: { events: [{ A: }, { B: }] } }';
    const trigger = 'triggers: { x: { on: A, unless: B, after: 1h, decide: web } }';
    expect(reported(withMore(`${trigger}\n${test}`))).toEqual([]);
  });
});
