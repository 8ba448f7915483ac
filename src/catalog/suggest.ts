import { closest, distance } from 'fastest-levenshtein';

/** The known name that a misspelt one most likely meant; null when none is near. */
export function suggest(found: string, known: Iterable<string>): string | null {
  const names = [...known];
  if (names.length === 0 || found.length > 200) return null;
  const best = closest(
    found.toLowerCase(),
    names.map((name) => name.toLowerCase()),
  );
  const name = names.find((candidate) => candidate.toLowerCase() === best)!;
  const length = Math.max(found.length, name.length);
  // Two swapped letters count as two changes; in three letters, two changes mean another word.
  const swapped = sortedLetters(found) === sortedLetters(name);
  const tolerated = length < 4 && !swapped ? 1 : Math.max(2, Math.floor(length / 3));
  return distance(found.toLowerCase(), best) <= tolerated ? name : null;
}

function sortedLetters(text: string): string {
  return [...text.toLowerCase()].sort().join('');
}

/** `a, b, c` for messages; a long list is cut. */
export function listNames(known: Iterable<string>): string {
  const names = [...known];
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, … (${names.length})` : shown || 'none are defined';
}
