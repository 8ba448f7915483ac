// Two features with keys as one: key by key, and then as many as are kept.
//
// Which keys leave follows from the order of the last writes. Each map has its own; between the two
// the times tell that the values show. Where they show none (a count knows no time) or the same one,
// the maps take turns from their new ends on: each loses its own oldest keys first, and both as many.

import type { FeatureValue } from '../../model/state.ts';
import type { Fold } from './fold.ts';

type Keyed = ReadonlyMap<string, FeatureValue>;

/** The keys of both that have something left in them, in order of the last writes. */
export function uniteKeyed(fold: Fold, into: Keyed, from: Keyed, nowMs: number): Keyed {
  const newestFirst: [string, FeatureValue][] = [];
  for (const key of keysNewestFirst(fold, into, from)) {
    const [mine, other] = [into.get(key), from.get(key)];
    let value: FeatureValue;
    if (mine === undefined) value = other!;
    else value = other === undefined ? mine : fold.merge(mine, other, nowMs);
    if (fold.expired?.(value, nowMs) !== true) newestFirst.push([key, value]);
  }
  return new Map(newestFirst.reverse());
}

/** Each key once, where it stands first: that is its later write. */
function keysNewestFirst(fold: Fold, into: Keyed, from: Keyed): ReadonlySet<string> {
  const mine = [...into].reverse();
  const others = [...from].reverse();
  const keys = new Set<string>();
  for (let i = 0, j = 0; i < mine.length || j < others.length; ) {
    if (j === others.length || (i < mine.length && isNewer(fold, mine[i]!, others[j]!, i <= j))) {
      keys.add(mine[i++]![0]);
    } else {
      keys.add(others[j++]![0]);
    }
  }
  return keys;
}

function isNewer(
  fold: Fold,
  [, mine]: readonly [string, FeatureValue],
  [, other]: readonly [string, FeatureValue],
  isTurn: boolean,
): boolean {
  if (fold.newestMs === undefined) return isTurn;
  const [mineMs, otherMs] = [fold.newestMs(mine), fold.newestMs(other)];
  return mineMs === otherMs ? isTurn : mineMs > otherMs;
}
