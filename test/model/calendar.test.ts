import { describe, expect, test } from 'vitest';
import {
  age,
  DAY_MS,
  fromLocal,
  hour,
  isTimezone,
  localDay,
  localMidnight,
  offsetAt,
  weekday,
} from '../../src/model/calendar.ts';
import { isoToDay, isoToMs, readIso } from '../../src/model/iso-time.ts';

const at = (text: string): number => Date.parse(text);
const day = (text: string): number => Date.parse(text) / DAY_MS;

describe('the calendar in a time zone', () => {
  test('agrees with Intl on hours around every change of offset of a year', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Tehran',
    ]) {
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        hour: 'numeric',
      });
      for (let ms = at('2021-01-01T00:30:00Z'); ms < at('2022-01-01T00:00:00Z'); ms += 3_600_000) {
        if (hour(ms, zone) !== Number(format.format(ms))) {
          expect.fail(`${zone} at ${new Date(ms).toISOString()}`);
        }
      }
    }
  });

  test('the local day turns at local midnight', () => {
    expect(localDay(at('2026-03-01T15:59:59.999Z'), 'Asia/Shanghai')).toBe(day('2026-03-01'));
    expect(localDay(at('2026-03-01T16:00:00Z'), 'Asia/Shanghai')).toBe(day('2026-03-02'));
    expect(localMidnight(day('2026-03-02'), 'Asia/Shanghai')).toBe(at('2026-03-01T16:00:00Z'));
  });

  test('a local time that does not exist is the next instant that does', () => {
    // Berlin 2026-03-29: 02:00 → 03:00 at 01:00Z.
    expect(fromLocal(at('2026-03-29T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-03-29T01:00:00Z'));
    // Cairo 2026-04-24 has no midnight: 00:00 → 01:00.
    const cairo = localMidnight(day('2026-04-24'), 'Africa/Cairo');
    expect(new Date(cairo).toISOString()).toBe('2026-04-23T22:00:00.000Z');
  });

  test('of a doubled local time the first counts', () => {
    // Berlin 2026-10-25: 03:00 → 02:00 at 01:00Z.
    expect(fromLocal(at('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'));
  });

  test('weekdays start with Monday = 1', () => {
    expect(weekday(at('2026-11-23T00:00:00Z'), 'UTC')).toBe(1);
    expect(weekday(at('2026-11-22T23:59:00Z'), 'UTC')).toBe(7);
    expect(weekday(at('2026-11-22T23:59:00Z'), 'Asia/Shanghai')).toBe(1);
    expect(weekday(at('1960-01-01T00:00:00Z'), 'UTC')).toBe(5);
  });

  test('an age is reached on the birthday, for 29 February on 1 March', () => {
    const zone = 'Asia/Shanghai';
    expect(age(day('1990-05-14'), at('2026-05-13T15:59:00Z'), zone)).toBe(35);
    expect(age(day('1990-05-14'), at('2026-05-13T16:00:00Z'), zone)).toBe(36);
    expect(age(day('2000-02-29'), at('2026-02-28T12:00:00Z'), zone)).toBe(25);
    expect(age(day('2000-02-29'), at('2026-03-01T12:00:00Z'), zone)).toBe(26);
  });

  test('times at the edge of the range have an offset, beyond it none', () => {
    expect(offsetAt(8.64e15, 'UTC')).toBe(0);
    expect(offsetAt(-8.64e15, 'UTC')).toBe(0);
    expect(offsetAt(8.65e15, 'UTC')).toBeNaN();
    expect(offsetAt(Number.NaN, 'UTC')).toBeNaN();
  });

  test('knows a time zone from a made-up name', () => {
    expect(isTimezone('Asia/Shanghai')).toBe(true);
    expect(isTimezone('Asia/Shangri-La')).toBe(false);
  });
});

describe('ISO times', () => {
  test('with a zone are instants', () => {
    expect(isoToMs('2026-11-22T10:00:00Z', 'Asia/Shanghai')).toBe(at('2026-11-22T10:00:00Z'));
    expect(isoToMs('2026-11-22T10:00:00.1239Z', 'UTC')).toBe(at('2026-11-22T10:00:00.123Z'));
    expect(isoToMs('2026-11-22T10:00+08:00', 'UTC')).toBe(at('2026-11-22T02:00:00Z'));
    expect(isoToMs('2026-11-22T10:00:00-0330', 'UTC')).toBe(at('2026-11-22T13:30:00Z'));
  });

  test('without a zone, and dates, are local', () => {
    expect(isoToMs('2026-11-22T10:00', 'Asia/Shanghai')).toBe(at('2026-11-22T02:00:00Z'));
    expect(isoToMs('2026-11-22', 'Asia/Shanghai')).toBe(at('2026-11-21T16:00:00Z'));
    expect(isoToDay('2026-11-22', 'Asia/Shanghai')).toBe(day('2026-11-22'));
    expect(isoToDay('2026-11-21T16:00:00Z', 'Asia/Shanghai')).toBe(day('2026-11-22'));
  });

  test('agree with Date.parse on days of every month and century', () => {
    for (
      let ms = at('0001-01-01T00:00:00Z');
      ms < at('9999-12-31T00:00:00Z');
      ms += 9_000_017_000
    ) {
      const text = new Date(ms).toISOString();
      if (isoToMs(text, 'UTC') !== ms) expect.fail(text);
    }
  });

  test.each([
    '',
    '2026',
    '2026-13-01',
    '2026-02-29',
    '2026-00-10',
    '2026-01-00',
    '2026-1-1',
    '2026-01-01T',
    '2026-01-01T25:00Z',
    '2026-01-01T10:60Z',
    '2026-01-01T10:00:00.Z',
    '2026-01-01T10:00Zx',
    '2026-01-01T10:00+1',
    '2026-01-01x10:00Z',
    'now',
    '2026-01-01T10:00:00+99:00',
    '２０26-01-01',
  ])('%j is none', (text) => {
    expect(readIso(text, 'UTC')).toBeUndefined();
  });
});
