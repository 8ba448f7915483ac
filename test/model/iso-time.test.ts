import { describe, expect, test } from 'vitest';
import { Calendar, DAY_MS } from '../../src/model/calendar.ts';
import { isoToDay, isoToMs, readIso } from '../../src/model/iso-time.ts';

const utc = new Calendar('UTC');
const shanghai = new Calendar('Asia/Shanghai');
const at = (text: string): number => Date.parse(text);
const day = (text: string): number => Date.parse(text) / DAY_MS;

describe('ISO times', () => {
  test('with a zone are instants', () => {
    expect(isoToMs('2026-11-22T10:00:00Z', shanghai)).toBe(at('2026-11-22T10:00:00Z'));
    expect(isoToMs('2026-11-22T10:00:00.1239Z', utc)).toBe(at('2026-11-22T10:00:00.123Z'));
    expect(isoToMs('2026-11-22T10:00+08:00', utc)).toBe(at('2026-11-22T02:00:00Z'));
    expect(isoToMs('2026-11-22T10:00:00-0330', utc)).toBe(at('2026-11-22T13:30:00Z'));
  });

  test('without a zone, and dates, are local', () => {
    expect(isoToMs('2026-11-22T10:00', shanghai)).toBe(at('2026-11-22T02:00:00Z'));
    expect(isoToMs('2026-11-22', shanghai)).toBe(at('2026-11-21T16:00:00Z'));
    expect(isoToDay('2026-11-22', shanghai)).toBe(day('2026-11-22'));
    expect(isoToDay('2026-11-21T16:00:00Z', shanghai)).toBe(day('2026-11-22'));
  });

  test('agree with Date.parse on days of every month and century', () => {
    for (
      let ms = at('0001-01-01T00:00:00Z');
      ms < at('9999-12-31T00:00:00Z');
      ms += 9_000_017_000
    ) {
      const text = new Date(ms).toISOString();
      if (isoToMs(text, utc) !== ms) expect.fail(text);
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
    expect(readIso(text, utc)).toBeUndefined();
  });
});
