import { expect, it } from 'vitest';
import { calendarOfZone } from '../../src/model/calendar-of-zone.ts';

it('takes names of zones as people and devices write them', () => {
  for (const [written, zone] of [
    ['Asia/Shanghai', 'Asia/Shanghai'],
    ['asia/SHANGHAI', 'Asia/Shanghai'],
    ['PRC', 'Asia/Shanghai'],
    ['UTC', 'UTC'],
    ['Etc/GMT-8', 'Etc/GMT-8'],
    ['America/Argentina/Buenos_Aires', 'America/Buenos_Aires'],
  ]) {
    expect(calendarOfZone(written)?.timezone).toBe(zone);
  }
  // One calendar, with what it has learnt, however it is written.
  expect(calendarOfZone('asia/shanghai')).toBe(calendarOfZone('Asia/Shanghai'));
});

it('takes nothing else for one', () => {
  const texts = ['', 'Asia/Shangri-La', '+08:00', 'GMT+8', '480', ' UTC', 'Z', 'a'.repeat(65)];
  for (const zone of [...texts, 8, true, null, undefined, ['UTC'], { tz: 'UTC' }]) {
    expect(calendarOfZone(zone)).toBeNull();
  }
});

it('keeps every zone of the world, whatever else is asked for', () => {
  const known = Intl.supportedValuesOf('timeZone').map((zone) => calendarOfZone(zone));
  expect(known).not.toContain(null);
  for (let i = 0; i < 5_000; i++) expect(calendarOfZone(`Made/Up_${i}`)).toBeNull();
  expect(Intl.supportedValuesOf('timeZone').map((zone) => calendarOfZone(zone))).toEqual(known);
});
