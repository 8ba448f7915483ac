import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarOf, DAY_MS } from '../../src/model/calendar.ts';
import { calendarOfZone } from '../../src/model/calendar-of-zone.ts';
import { nextDateMs } from '../../src/model/next-date.ts';
import { nextYearlyMs } from '../../src/model/next-yearly.ts';
import {
  ALL_ZONES,
  dateByTemporal,
  instantByTemporal,
  localTime,
  Temporal,
} from './temporal-oracle.ts';

const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);
const NINE = 9 * 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('the next of a yearly date', () => {
  it('is that of Temporal, in every zone, in leap years, at times that are skipped or doubled', () => {
    console.log(`PROFFER_TEST_SEED=${SEED}`);
    // Days on which clocks change somewhere, and days of leap years.
    const days = ['02-28', '02-29', '03-01', '03-08', '03-29', '04-05', '10-04', '11-01', '12-30'];
    const date = fc.oneof(
      fc.integer({ min: -30_000, max: 20_000 }).map((day) => new Date(day * DAY_MS)),
      fc
        .tuple(fc.constantFrom(1990, 2000, 2004, 2026), fc.constantFrom(...days))
        .map(([year, day]) => new Date(`${day === '02-29' ? 2004 : year}-${day}T00:00:00Z`)),
    );
    const timeMs = fc.oneof(
      fc.integer({ min: 0, max: DAY_MS / 1_000 - 1 }).map((second) => second * 1_000),
      fc.integer({ min: 0, max: 7 }).map((half) => half * 1_800_000),
    );
    const leadMs = fc.constantFrom(0, 3_600_000, 3 * DAY_MS, 364 * DAY_MS);
    const afterMs = fc.integer({ min: at('1975-01-01'), max: at('2060-01-01') });
    fc.assert(
      fc.property(
        ...([fc.constantFrom(...ALL_ZONES), date, timeMs, leadMs, afterMs, fc.boolean()] as const),
        (zone, born, timeMs, leadMs, after, isClose) => {
          const text = born.toISOString().slice(0, 10);
          const plain = Temporal.PlainDate.from(text);
          const moments = [-2, -1, 0, 1, 2, 3]
            .map((years) => dateByTemporal(after, zone).year + years)
            .concat(plain.year)
            .filter((year) => year >= plain.year)
            .map((year) => {
              const { month, day } = plain;
              const dateThen = Temporal.PlainDate.from(
                { year, month, day },
                { overflow: 'constrain' },
              );
              return instantByTemporal(localTime(dateThen, timeMs), zone) - leadMs;
            })
            .sort((a, b) => a - b);
          const calendar = calendarOfZone(zone)!;
          const next = (from: number) => nextYearlyMs(text, { timeMs, leadMs }, calendar, from);
          const expected = moments.find((ms) => ms > after);
          expect(next(after)).toBe(expected);
          // Strictly after: at the moment itself it is next year's, just before it is that.
          if (!isClose) return;
          expect(next(expected! - 1)).toBe(expected);
          expect(next(expected!)).toBeGreaterThan(expected! + 364 * DAY_MS);
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  const shanghai = calendarOf('Asia/Shanghai');
  const next = (date: unknown, after: string, timeMs = NINE, leadMs = 0) => {
    const ms = nextYearlyMs(date, { timeMs, leadMs }, shanghai, at(after));
    return ms === null ? null : new Date(ms).toISOString();
  };

  it.each([
    ['1990-05-14', '2026-05-14T00:59:59.999Z', '2026-05-14T01:00:00.000Z'],
    ['1990-05-14', '2026-05-14T01:00:00Z', '2027-05-14T01:00:00.000Z'],
    ['2004-02-29', '2026-02-01T00:00:00Z', '2026-02-28T01:00:00.000Z'],
    ['2004-02-29', '2027-12-01T00:00:00Z', '2028-02-29T01:00:00.000Z'],
    // A time is of its local date.
    ['1990-05-14T20:00:00Z', '2026-01-01T00:00:00Z', '2026-05-15T01:00:00.000Z'],
    // Where only month and day are known.
    ['1604-05-14', '2026-01-01T00:00:00Z', '2026-05-14T01:00:00.000Z'],
    ['0000-02-29', '2026-01-01T00:00:00Z', '2026-02-28T01:00:00.000Z'],
    // From itself on.
    ['2029-05-14', '2026-01-01T00:00:00Z', '2029-05-14T01:00:00.000Z'],
  ])('of %s after %s is %s', (date, after, expected) => {
    expect(next(date, after)).toBe(expected);
  });

  it('is never for what is no date', () => {
    const none = [
      '0001-01-01',
      '9999-12-31',
      '2026-02-30',
      '14.05.1990',
      '',
      'soon',
      ' 1990-05-14',
    ];
    for (const date of [
      ...none,
      642_643_200_000,
      1990,
      true,
      null,
      undefined,
      [],
      {},
      ['1990-05-14'],
    ]) {
      expect(next(date, '2026-01-01T00:00:00Z')).toBeNull();
    }
    expect(nextYearlyMs('1990-05-14', { timeMs: 0, leadMs: 0 }, shanghai, Number.NaN)).toBeNull();
    expect(nextYearlyMs('1990-05-14', { timeMs: 0, leadMs: 0 }, shanghai, 8.64e15)).toBeNull();
  });

  it('is so long before, over the turn of the year too', () => {
    expect(next('1990-01-02', '2026-06-01T00:00:00Z', NINE, 3 * DAY_MS)).toBe(
      '2026-12-30T01:00:00.000Z',
    );
    expect(next('1990-01-02', '2026-12-30T01:00:00Z', NINE, 3 * DAY_MS)).toBe(
      '2027-12-30T01:00:00.000Z',
    );
  });
});

describe('the next of a list of dates', () => {
  it('is the earliest that is left, of wall clocks and instants together', () => {
    const dates = [
      { localMs: at('2027-03-14T02:30:00Z') },
      { atMs: at('2027-02-06T12:00:00Z') },
      { localMs: at('2027-02-06T09:00:00Z') },
    ];
    const next = (zone: string, after: string, leadMs = 0) =>
      nextDateMs(dates, leadMs, calendarOf(zone), at(after));
    expect(next('Asia/Shanghai', '2026-01-01')).toBe(at('2027-02-06T01:00:00Z'));
    expect(next('Asia/Shanghai', '2027-02-06T01:00:00Z')).toBe(at('2027-02-06T12:00:00Z'));
    expect(next('Asia/Shanghai', '2026-01-01', DAY_MS)).toBe(at('2027-02-05T01:00:00Z'));
    expect(next('America/New_York', '2026-01-01')).toBe(at('2027-02-06T12:00:00Z'));
    // 02:30 does not exist there on that day.
    expect(next('America/New_York', '2027-02-07')).toBe(at('2027-03-14T07:00:00Z'));
    expect(next('America/New_York', '2027-03-14T07:00:00Z')).toBeNull();
  });
});
