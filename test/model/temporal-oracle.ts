// Local times as Temporal has them (a polyfill, by other hands than ours), for calendars to agree with.

import { Temporal } from 'temporal-polyfill';

/** All zones that Intl knows. */
export const ALL_ZONES = Intl.supportedValuesOf('timeZone');

/**
 * The instant of a local time, epoch ms: the next that exists where it was skipped, the first where it
 * comes twice.
 */
export function instantByTemporal(local: Temporal.PlainDateTime, zone: string): number {
  const at = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (at.toPlainDateTime().equals(local)) return at.epochMilliseconds;
  // Skipped: "earlier" lies before the gap, which ends with the next change.
  return at.getTimeZoneTransition('next')!.epochMilliseconds;
}

/** A date at a time of day, ms. */
export function localTime(date: Temporal.PlainDate, timeMs: number): Temporal.PlainDateTime {
  return date.toPlainDateTime().add({ milliseconds: timeMs });
}

/** The local date at an instant. */
export function dateByTemporal(atMs: number, zone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDate();
}

export { Temporal };
