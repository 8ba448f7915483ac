// Which names of an ordered list moved: the fewest without which the others stand as they stood.

/**
 * @returns each name that is in both lists and moved, with the name that it now stands before; null
 *   = it is the last now
 */
export function moved(
  from: readonly string[],
  to: readonly string[],
): ReadonlyMap<string, string | null> {
  const place = new Map(from.map((name, index) => [name, index]));
  const common = to.filter((name) => place.has(name));
  const stayed = longestRising(common.map((name) => place.get(name)!));
  const found = new Map<string, string | null>();
  let before: string | null = null;
  for (let i = to.length - 1; i >= 0; i--) {
    const name = to[i]!;
    if (place.has(name) && !stayed.has(place.get(name)!)) found.set(name, before);
    before = name;
  }
  return found;
}

/** The members of a longest rising subsequence of different numbers; n log n. */
function longestRising(numbers: readonly number[]): ReadonlySet<number> {
  /** Per length, the smallest number that such a sequence can end with. */
  const ends: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const number of numbers) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle]! < number) low = middle + 1;
      else high = middle;
    }
    previous.set(number, ends[low - 1]);
    ends[low] = number;
  }
  const members = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = previous.get(at)) members.add(at);
  return members;
}

/** As a detail: `moved: now before comeback`. */
export function sayMoved(before: string | null): string {
  return before === null ? 'moved: now the last' : `moved: now before ${before}`;
}
