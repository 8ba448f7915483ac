import { distance } from 'fastest-levenshtein';

/**
 * The candidate most like `name`, when it is like enough to have been meant; else null. A third of
 * the letters may be wrong; in a short name one, or two that changed places.
 */
export function suggest(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const apart = letters(other) === letters(wanted) ? 1 : distance(wanted, other);
    if (apart < bestDistance) {
      best = candidate;
      bestDistance = apart;
    }
  }
  return best;
}

function letters(name: string): string {
  return [...name].sort().join('');
}
