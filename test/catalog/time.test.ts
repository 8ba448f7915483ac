// Triggers of time as they are compiled: what each of their keys means, and what none of them may say.

import { describe, expect, it } from 'vitest';
import { onlyFault, reported, valid, withMore } from './compile.ts';
import { withTrigger } from './with-trigger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const compiled = (trigger: string) => valid(withTrigger(trigger)).triggers[0]!;
const timeOf = (trigger: string) => compiled(trigger).time;

describe('what a trigger waits for', () => {
  it.each([
    [
      'only that time passes',
      'on: [A, B], after: 90m',
      { kind: 'absence', id: '', unless: null, afterMs: 90 * 60_000 },
    ],
    [
      'that nothing at all comes',
      'on: A, unless: "*", after: 366d',
      { kind: 'absence', unless: { any: true, names: [] }, afterMs: 366 * DAY },
    ],
    [
      'a member of a group, and who is in it',
      'enter: stage.new, existing: true, over: 1h',
      { kind: 'enter', segment: 1, member: 'new', existing: true, overMs: HOUR },
    ],
    [
      'a date of each customer',
      'at: traits.person.born, time: "07:30:15", once: true, lead: 3d',
      {
        kind: 'yearly',
        trait: { root: 'traits', text: 'traits.person.born' },
        ...{ timeMs: 7.5 * HOUR + 15_000, once: true, leadMs: 3 * DAY },
      },
    ],
    [
      'one date, at noon',
      'at: 2027-02-06, time: "12:00", over: 2h',
      {
        kind: 'dates',
        dates: [{ localMs: Date.UTC(2027, 1, 6, 12) }],
        leadMs: 0,
        overMs: 2 * HOUR,
      },
    ],
    [
      'a wall clock, and one instant for all',
      'at: ["2027-02-06T20:15", "2027-02-06T20:15:30+08:00", "2027-02-06T20:15:30.250Z"], lead: 1h',
      {
        dates: [
          { localMs: Date.UTC(2027, 1, 6, 20, 15) },
          { atMs: Date.UTC(2027, 1, 6, 12, 15, 30) },
          { atMs: Date.UTC(2027, 1, 6, 20, 15, 30, 250) },
        ],
        ...{ leadMs: HOUR, overMs: 600_000 },
      },
    ],
    ['a prediction', 'predict: gap', { kind: 'predict', slot: 2, leadMs: 0 }],
  ])('%s', (_, trigger, time) => {
    expect(timeOf(trigger)).toMatchObject(time);
  });

  it('waits to be asked for, and is late, as it says', () => {
    expect(compiled('on: A, after: 1h')).toMatchObject({ maxAgeMs: HOUR, waitMs: 7 * DAY });
    expect(compiled('enter: vip')).toMatchObject({ maxAgeMs: DAY, waitMs: 7 * DAY, oneOf: false });
    expect(compiled('on: A, max_age: 2h, wait: 1d')).toMatchObject({ time: null, waitMs: DAY });
    expect(compiled('at: traits.b, max_age: 2h, wait: 1d')).toMatchObject({ maxAgeMs: 2 * HOUR });
  });

  it('decides one of several in their order, for events too', () => {
    const catalog = valid(withMore('triggers:\n  x: { on: A, decide: { one_of: [web, app] } }'));
    expect(catalog.triggers[0]).toMatchObject({ decide: ['web', 'app'], oneOf: true, time: null });
  });

  it('has the event at hand that armed it, and the key of its firing', () => {
    const when = (text: string) => `when: "${text}"`;
    expect(reported(withTrigger(`on: A, after: 1h, ${when('event.properties.n > 1')}`))).toEqual(
      [],
    );
    expect(reported(withTrigger(`predict: gap, ${when("firing.key == 'tea'")}`))).toEqual([]);
    expect(
      onlyFault(withTrigger(`on: A, after: 1h, ${when('before.orders > 1')}`)).message,
    ).toMatch(/^before can only be used in triggers/);
    expect(onlyFault(withTrigger(`at: traits.b, ${when('event.properties.n > 1')}`)).message).toBe(
      'There is no event at hand here',
    );
  });
});

describe('placements and customers', () => {
  it('are quiet over midnight, and have their own timezone', () => {
    const catalog = valid(
      withMore('customer_timezone: traits.home.tz\nplacements: { x: { quiet: "00:00-07:30" } }'),
    );
    expect(catalog.placements.get('x')?.quiet).toEqual({ fromMs: 0, toMs: 7.5 * HOUR });
    expect(catalog.customerTimezone).toMatchObject({
      ...{ root: 'traits', text: 'traits.home.tz' },
    });
    expect(valid(withMore('')).customerTimezone).toBeNull();
  });
});

describe('ids of what a trigger waits for', () => {
  const idOf = (trigger: string, more = '') => {
    const catalog = valid({ ...(withTrigger(trigger) as object), 'c.yaml': more });
    return catalog.triggers[0]!.time!.id;
  };

  it('are ten hex digits, and stay the same however it is written', () => {
    for (const [trigger, again] of [
      ['enter: vip, over: 1h, existing: true', 'existing: true, enter: vip, when: orders > 1'],
      ['at: traits.b', 'at: traits.b, time: "09:00:00", lead: 0s, cooldown: 1d'],
      ['at: [2027-02-06, 2028-02-06]', 'at: ["2028-02-06", "2027-02-06T09:00"], over: 1h'],
      ['predict: gap, lead: 1d', 'predict: gap, lead: 24h'],
    ] as const) {
      expect(idOf(trigger)).toMatch(/^[0-9a-f]{10}$/);
      expect(idOf(again)).toBe(idOf(trigger));
    }
  });

  it('change with all that gives a meaning', () => {
    const ids = [
      ...['enter: vip', 'enter: vip, existing: true', 'enter: stage.new', 'enter: stage.loyal'],
      ...['at: traits.b', 'at: traits.c', 'at: traits.b, time: "10:00"', 'at: traits.b, lead: 1d'],
      ...['at: traits.b, once: true', 'at: 2027-02-06', 'at: "2027-02-06T09:00Z"'],
      ...['at: [2027-02-06, 2027-02-07]', 'predict: gap', 'predict: gap, lead: 1d'],
    ].map((trigger) => idOf(trigger));
    expect(new Set(ids).size).toBe(ids.length);
    for (const trigger of ['at: traits.b', 'at: 2027-02-06']) {
      expect(idOf(trigger, 'customer_timezone: traits.tz')).not.toBe(idOf(trigger));
      expect(idOf(trigger, 'timezone: Asia/Tokyo')).not.toBe(idOf(trigger));
    }
  });

  it('of a segment change with what it reads, however far away that is', () => {
    const catalog = (parts: { n?: string; f?: string; s?: string; other?: string } = {}) =>
      valid(`catalog: t
features:
  n: { ${parts.n ?? 'count: A'} }
  f: { formula: "${parts.f ?? 'n + 1'}" }
  other: { ${parts.other ?? 'count: A'} }
segments:
  s: ${parts.s ?? 'f > 1'}
  x: segment.s && traits.a == 1
triggers: { t: { enter: x, decide: web } }
placements: { web: {} }`).triggers[0]!.time!.id;
    expect(catalog({ other: 'count: B' })).toBe(catalog());
    const ids = [{}, { n: 'count: B' }, { f: 'n + 2' }, { s: 'f > 2' }].map(catalog);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
