// Hot path. Short texts that were read before are given out again instead of being made anew: names
// of placements, offers, traits and keys repeat in every customer's state. Faster than making a
// string (25 against 50 ns).
//
// A direct-mapped table of fixed size: a newcomer takes the place of what was there. It holds no
// state that anybody could observe.

/** Longer texts are made anew. */
export const INTERNED_BYTES_MAX = 32;

const SLOTS = 4_096;
const texts: (string | undefined)[] = [];

/** ASCII text of at most INTERNED_BYTES_MAX bytes; null when a byte is not ASCII. */
export function internText(buffer: Buffer, start: number, end: number): string | null {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) {
    const code = buffer[i]!;
    if (code > 127) return null;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const known = texts[slot];
  if (known !== undefined && isSame(known, buffer, start, end)) return known;
  const text = buffer.toString('latin1', start, end);
  texts[slot] = text;
  return text;
}

function isSame(text: string, buffer: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== buffer[start + i]) return false;
  }
  return true;
}
