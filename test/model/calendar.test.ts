import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarOf, DAY_MS, dateOfDay, dayOfDate, isTimezone } from '../../src/model/calendar.ts';

const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);
const ZONES = [
  ...['America/New_York', 'Asia/Shanghai', 'Pacific/Apia', 'Africa/Casablanca'],
  ...['Australia/Lord_Howe', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'UTC'],
];
const age = (day: number, ms: number, zone: string) => calendarOf(zone).age(day, ms);
const fromLocal = (ms: number, zone: string) => calendarOf(zone).instant(ms);
const localMidnight = (day: number, zone: string) => calendarOf(zone).midnightMs(day);
const offsetAt = (ms: number, zone: string) => calendarOf(zone).offsetMs(ms);
const at = (text: string): number => Date.parse(text);
const dayOf = (text: string): number => at(`${text}T00:00:00Z`) / DAY_MS;

/** The wall clock as Intl shows it, written as if it were UTC. */
function wallByIntl(format: Intl.DateTimeFormat, ms: number): number {
  const parts = new Map(format.formatToParts(ms).map((part) => [part.type, part.value]));
  const [y, mo, d, h, mi, s] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((type) =>
    Number(parts.get(type as 'year')),
  );
  return Date.UTC(y!, mo! - 1, d!, h!, mi!, s!) + (((ms % 1_000) + 1_000) % 1_000);
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
}

test('a date that comes back a minute after midnight is reached before any other', () => {
  const calendar = calendarOf('America/St_Johns');
  // At 00:01 the clock is set back to 23:01 of the day before.
  const [night, back] = [at('2006-10-29T02:30:30Z'), at('2006-10-29T02:31:00Z')];
  const day = dayOf('2006-10-29');
  expect(calendar.dayReachedMs(day + 1, night)).toBe(back);
  expect(calendar.dayReachedMs(Number.POSITIVE_INFINITY, night)).toBe(back);
  expect(calendar.dayReachedMs(day, back)).toBe(at('2006-10-29T03:30:00Z'));
});

describe.each(ZONES)('the calendar of %s', (zone) => {
  const format = formatIn(zone);

  test('shows the wall clock that Intl shows, every hour around every change of two years', () => {
    const calendar = calendarOf(zone);
    const spans = [at('2011-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z')];
    let before = Number.NaN;
    for (const start of spans) {
      for (let ms = start; ms < start + 366 * DAY_MS; ms += DAY_MS / 4) {
        const offset = calendar.offsetMs(ms);
        if (offset !== before) {
          for (let near = ms - DAY_MS; near <= ms + DAY_MS; near += 15 * 60_000) {
            for (const one of [near - 1, near]) {
              if (calendar.localMs(one) !== wallByIntl(format, one)) {
                expect.fail(new Date(one).toISOString());
              }
            }
          }
        }
        before = offset;
      }
    }
  });

  test('knows when the clock shows another hour or date, around every change of two years', () => {
    const calendar = calendarOf(zone);
    for (const start of ['2011-01-01', '2026-01-01'].map((day) => at(`${day}T00:00:00Z`))) {
      for (let ms = start; ms < start + 366 * DAY_MS; ms += DAY_MS) {
        if (calendar.offsetMs(ms) === calendar.offsetMs(ms + DAY_MS)) continue;
        for (let near = ms - DAY_MS; near <= ms + DAY_MS; near += 29 * 60_000) {
          for (const unitMs of [DAY_MS, DAY_MS / 24]) {
            const unit = (at: number) => Math.floor(calendar.localMs(at) / unitMs);
            const turn = calendar.nextTurnMs(near, unitMs);
            let same = unit(turn - 1) === unit(near) && unit(turn) !== unit(near);
            for (let at = near; at < turn; at += unitMs / 97) same &&= unit(at) === unit(near);
            if (!(turn > near) || !same)
              expect.fail(`${unitMs} at ${new Date(near).toISOString()}`);
          }
          const today = calendar.day(near);
          const reached = calendar.dayReachedMs(today + 2, near);
          const isBack = calendar.day(reached) < today;
          const isFirst =
            calendar.day(reached) >= today + 2 && calendar.day(reached - 1) < today + 2;
          if (!isBack && !isFirst) expect.fail(`day at ${new Date(near).toISOString()}`);
        }
      }
    }
  });

  test('agrees with Intl at any time between 1900 and 2100', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1900-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z') }),
        (ms) => {
          const wall = wallByIntl(format, ms);
          expect(calendarOf(zone).day(ms)).toBe(Math.floor(wall / DAY_MS));
          expect(calendarOf(zone).hour(ms)).toBe(new Date(wall).getUTCHours());
          expect(calendarOf(zone).weekday(ms)).toBe(new Date(wall).getUTCDay() || 7);
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });

  test('a local time is the first instant that shows it, or the next that exists', () => {
    const calendar = calendarOf(zone);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer({
            min: at('2011-12-27T00:00:00Z') / 60_000,
            max: at('2012-01-02T00:00:00Z') / 60_000,
          }),
          fc.integer({
            min: at('2026-01-01T00:00:00Z') / 60_000,
            max: at('2027-01-01T00:00:00Z') / 60_000,
          }),
        ),
        (minute) => {
          const local = minute * 60_000;
          const instant = calendar.instant(local);
          // Nothing earlier shows it or a later time than it (within the two days that could).
          expect(wallByIntl(format, instant)).toBeGreaterThanOrEqual(local);
          expect(wallByIntl(format, instant - 1)).toBeLessThan(
            wallByIntl(format, instant) === local ? local + DAY_MS : local,
          );
          for (let ms = instant - 3 * 3_600_000; ms < instant; ms += 5 * 60_000) {
            expect(wallByIntl(format, ms)).not.toBe(local);
          }
        },
      ),
      { seed: SEED, numRuns: 100 },
    );
  });
});

describe('known changes', () => {
  test.each([
    // New York: 02:00 → 03:00.
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:00:00Z'],
    // New York: 02:00 → 01:00; the first 01:30 is still summer time.
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00Z'],
    // Lord Howe: half an hour.
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:30:00Z'],
    ['Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45:00Z'],
    // Casablanca: an hour back when Ramadan begins, forward after it.
    ['Africa/Casablanca', '2026-02-15T02:30', '2026-02-15T01:30:00Z'],
    ['Africa/Casablanca', '2026-03-22T02:30', '2026-03-22T02:00:00Z'],
    // Jerusalem: 02:00 → 03:00, at midnight in UTC.
    ['Asia/Jerusalem', '2026-03-27T02:15', '2026-03-27T00:00:00Z'],
    ['Asia/Jerusalem', '2026-03-27T03:00', '2026-03-27T00:00:00Z'],
    // Apia had no 30 December 2011.
    ['Pacific/Apia', '2011-12-30T12:00', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-29T23:59', '2011-12-30T09:59:00Z'],
  ])('%s %s is %s', (zone, local, instant) => {
    expect(new Date(fromLocal(at(`${local}:00Z`), zone)).toISOString()).toBe(
      new Date(instant).toISOString(),
    );
  });

  test('a date without a midnight starts when the next time exists', () => {
    expect(localMidnight(dayOf('2026-04-24'), 'Africa/Cairo')).toBe(at('2026-04-23T22:00:00Z'));
    expect(localMidnight(dayOf('2011-12-30'), 'Pacific/Apia')).toBe(at('2011-12-30T10:00:00Z'));
    expect(calendarOf('Asia/Shanghai').endOfDayMs(at('2026-11-22T04:00:00Z'))).toBe(
      at('2026-11-22T16:00:00Z') - 1,
    );
  });
});

describe('dates', () => {
  test('numbers of days and civil dates are each other’s inverse, as in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 3_000_000 }), (day) => {
        const { year, month, day: date } = dateOfDay(day);
        const utc = new Date(day * DAY_MS);
        expect([year, month, date]).toEqual([
          ...[utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate()],
        ]);
        expect(dayOfDate(year, month, date)).toBe(day);
      }),
      { seed: SEED, numRuns: 120 },
    );
  });

  test('dates that do not exist have no number', () => {
    for (const [y, m, d] of [
      [2026, 13, 1],
      [2026, 0, 1],
      [2026, 2, 29],
      [1900, 2, 29],
      [2026, 4, 31],
      [2026, 1, 0],
    ] as const) {
      expect(dayOfDate(y, m, d)).toBeUndefined();
    }
    expect(dayOfDate(2000, 2, 29)).toBe(dayOf('2000-02-29'));
  });

  test('an age is reached on the local birthday, for 29 February on 1 March', () => {
    const zone = 'Asia/Shanghai';
    expect(age(dayOf('1990-05-14'), at('2026-05-13T15:59:00Z'), zone)).toBe(35);
    expect(age(dayOf('1990-05-14'), at('2026-05-13T16:00:00Z'), zone)).toBe(36);
    expect(age(dayOf('2000-02-29'), at('2026-02-28T12:00:00Z'), zone)).toBe(25);
    expect(age(dayOf('2000-02-29'), at('2026-03-01T12:00:00Z'), zone)).toBe(26);
  });
});

describe('limits', () => {
  test('times at the edge of the range have an offset, beyond it none', () => {
    expect(offsetAt(8.64e15, 'UTC')).toBe(0);
    expect(offsetAt(-8.64e15, 'America/New_York')).toBe(-17_762_000);
    for (const ms of [8.65e15, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(offsetAt(ms, 'UTC')).toBeNaN();
      expect(fromLocal(ms, 'UTC')).toBeNaN();
    }
  });

  test('a cache that was filled past its limit still answers right', () => {
    const calendar = calendarOf('America/New_York');
    for (let day = 0; day < 5_000; day++) calendar.offsetMs(day * DAY_MS);
    expect(calendar.offsetMs(at('1970-07-01T00:00:00Z'))).toBe(-4 * 3_600_000);
    expect(calendar.offsetMs(at('1970-01-02T00:00:00Z'))).toBe(-5 * 3_600_000);
  });

  test('knows a time zone from a made-up name', () => {
    expect(isTimezone('Asia/Shanghai')).toBe(true);
    expect(isTimezone('Asia/Shangri-La')).toBe(false);
    expect(isTimezone('')).toBe(false);
  });
});
