import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarOf } from '../../src/model/calendar.ts';
import { calendarOfZone } from '../../src/model/calendar-of-zone.ts';
import { quietEndMs } from '../../src/model/quiet-hours.ts';
import { ALL_ZONES, dateByTemporal, instantByTemporal, localTime } from './temporal-oracle.ts';

const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 2 ** 31);
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** Zones and instants near changes of their clocks; of Samoa, near the date that it skipped. */
const CHANGES = [
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['America/St_Johns', '2006-10-29T02:31:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Asia/Jerusalem', '2026-03-27T00:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
] as const;

describe('quiet hours', () => {
  it('are those between two local times of Temporal, in every zone and over every change', () => {
    console.log(`PROFFER_TEST_SEED=${SEED}`);
    const moment = fc.oneof(
      fc.tuple(
        fc.constantFrom(...ALL_ZONES),
        fc.integer({ min: at('1975-01-01'), max: at('2060-01-01') }),
      ),
      fc
        .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -30 * 60, max: 30 * 60 }))
        .map(([[zone, change], minutes]) => [zone, at(change) + minutes * 60_000] as const),
    );
    const minute = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15 * 60_000);
    fc.assert(
      fc.property(moment, minute, minute, ([zone, ms], fromMs, toMs) => {
        fc.pre(fromMs !== toMs);
        const today = dateByTemporal(ms, zone);
        const quiet = [-2, -1, 0, 1, 2].map((days) => {
          const date = today.add({ days });
          const start = instantByTemporal(localTime(date, fromMs), zone);
          const until = localTime(date.add({ days: toMs > fromMs ? 0 : 1 }), toMs);
          return [start, instantByTemporal(until, zone)] as const;
        });
        let end = ms;
        for (const [from, until] of quiet) if (from <= end && until > end) end = until;
        const hours = { fromMs, toMs };
        const calendar = calendarOfZone(zone)!;
        expect(quietEndMs(hours, calendar, ms)).toBe(end === ms ? null : end);
        // When they end, they are over.
        if (end > ms) expect(quietEndMs(hours, calendar, end)).toBeNull();
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  const night = { fromMs: 22 * HOUR, toMs: 8 * HOUR };
  const noon = { fromMs: 12 * HOUR, toMs: 13 * HOUR };
  it.each([
    [night, '2026-11-22T13:59:59Z', null],
    [night, '2026-11-22T14:00:00Z', '2026-11-23T00:00:00.000Z'],
    [night, '2026-11-22T16:30:00Z', '2026-11-23T00:00:00.000Z'],
    [night, '2026-11-23T00:00:00Z', null],
    [noon, '2026-11-22T04:00:00Z', '2026-11-22T05:00:00.000Z'],
    [noon, '2026-11-22T05:00:00Z', null],
  ])('%j at %s in Shanghai end at %s', (hours, ms, end) => {
    const found = quietEndMs(hours, calendarOf('Asia/Shanghai'), at(ms));
    expect(found === null ? null : new Date(found).toISOString()).toBe(end);
  });

  it('end once where an hour comes twice, and with the change where their end is skipped', () => {
    const berlin = calendarOf('Europe/Berlin');
    const hours = { fromMs: 22 * HOUR, toMs: 2.5 * HOUR };
    // The first 02:30 of two.
    expect(quietEndMs(hours, berlin, at('2026-10-24T22:00:00Z'))).toBe(at('2026-10-25T00:30:00Z'));
    expect(quietEndMs(hours, berlin, at('2026-10-25T01:10:00Z'))).toBeNull();
    // 02:00 is 03:00.
    expect(quietEndMs(hours, berlin, at('2026-03-28T22:00:00Z'))).toBe(at('2026-03-29T01:00:00Z'));
  });

  it('hold a day that was skipped', () => {
    const apia = calendarOf('Pacific/Apia');
    // From 22:00 of the 29th on, the next clock is 00:00 of the 31st.
    expect(quietEndMs(night, apia, at('2011-12-30T09:00:00Z'))).toBe(at('2011-12-30T18:00:00Z'));
    expect(quietEndMs(night, apia, Number.NaN)).toBeNull();
  });
});
