// Whose is what time will bring, and what waits, when one customer is taken out of another: of all that
// the survivor has now each gets what was theirs when they were folded, and what came of their own events
// since. What has fired or was cancelled in between has so for both: it is not there any more.

import { ZONES_APART_MS } from '../model/calendar.ts';
import type { CustomerState } from '../model/state.ts';
import { byDue, type Timer, type Waiting } from '../model/timer.ts';

/** The parts of a state that time has a say in. */
export type OfTime = Pick<CustomerState, 'timers' | 'waiting' | 'noted' | 'lookAtMs'>;

export interface ApartParts {
  /** The survivor as it is now. */
  readonly survivor: OfTime & Pick<CustomerState, 'asOfMs'>;
  /** Both when they were folded. */
  readonly theirsThen: OfTime;
  readonly ownThen: OfTime;
  /** Both with what each did since, but armed nothing: it is in the survivor's. */
  readonly theirs: OfTime & Pick<CustomerState, 'asOfMs'>;
  readonly own: OfTime & Pick<CustomerState, 'asOfMs'>;
  /** Whether an event that was kept, as in Timer, came under the other's name since. */
  readonly isTheirs: (event: string) => boolean;
}

export function timersApart(parts: ApartParts): { readonly theirs: OfTime; readonly own: OfTime } {
  const { survivor, theirsThen, ownThen, theirs, own } = parts;
  // Armed before, and fired since.
  const kept = new Set(theirsThen.timers.flatMap(({ event }) => (event === '' ? [] : [event])));
  const isTheirs = (event: string) => kept.has(event) || parts.isTheirs(event);
  const timers = apart(survivor.timers, theirsThen.timers, ownThen.timers, timerName, isTheirs);
  const waiting = apart(
    survivor.waiting,
    theirsThen.waiting,
    ownThen.waiting,
    waitingName,
    isTheirs,
  );
  return {
    theirs: {
      timers: withEarlier(timers.theirs, theirs, survivor),
      waiting: waiting.theirs,
      ...notedOf(theirs, survivor),
    },
    own: {
      timers: withEarlier(timers.own, own, survivor),
      waiting: waiting.own,
      ...notedOf(own, survivor),
    },
  };
}

function apart<T extends Timer | Waiting>(
  now: readonly T[],
  theirsThen: readonly T[],
  ownThen: readonly T[],
  nameOf: (one: T) => string,
  isTheirs: (event: string) => boolean,
): { readonly theirs: readonly T[]; readonly own: readonly T[] } {
  const [theirNames, ownNames] = [theirsThen, ownThen].map((all) => new Set(all.map(nameOf)));
  const isOld = (name: string) => theirNames!.has(name) || ownNames!.has(name);
  const isOf = (names: ReadonlySet<string>, isNew: (event: string) => boolean) => (one: T) => {
    const name = nameOf(one);
    return isOld(name) ? names.has(name) : isNew(one.event);
  };
  return {
    theirs: now.filter(isOf(theirNames!, isTheirs)),
    own: now.filter(isOf(ownNames!, (event) => !isTheirs(event))),
  };
}

/**
 * One that the other's took the place of comes back, if it is still to come; a date also where only the
 * clocks of the one that they were had it still to come.
 */
function withEarlier(
  timers: readonly Timer[],
  { timers: alone }: OfTime,
  { timers: now, asOfMs }: ApartParts['survivor'],
): readonly Timer[] {
  const back = alone.filter((timer) => {
    const isOne = (other: Timer) => sameName(other) === sameName(timer);
    const isToCome = (other: Timer) =>
      timer.dueAtMs > asOfMs ||
      (timer.cause === 'date' && other.dueAtMs - timer.dueAtMs < ZONES_APART_MS);
    return now.some((other) => isOne(other) && isToCome(other)) && !timers.some(isOne);
  });
  return back.length === 0 ? timers : [...timers, ...back].sort(byDue);
}

/**
 * What was entered or fired for the one that they were, was so for each; everybody is looked at at once,
 * who is in alone.
 */
function notedOf(
  { noted: alone, lookAtMs, asOfMs }: ApartParts['own'],
  survivor: OfTime,
): Pick<OfTime, 'noted' | 'lookAtMs'> {
  const noted = new Map(alone);
  for (const [id, value] of survivor.noted) noted.set(id, Math.max(value, noted.get(id) ?? 0));
  const isLookedAt = lookAtMs !== 0 || survivor.lookAtMs !== 0 || noted.size > 0;
  return { noted, lookAtMs: isLookedAt ? asOfMs : 0 };
}

/** What makes two timers one, whenever they are due. */
function sameName({ trigger, key, placements }: Timer): string {
  return JSON.stringify([trigger, key, placements]);
}

function timerName(timer: Timer): string {
  return `${timer.dueAtMs}${sameName(timer)}`;
}

function waitingName({ trigger, key, placements, firedAtMs }: Waiting): string {
  return JSON.stringify([firedAtMs, trigger, key, placements]);
}
