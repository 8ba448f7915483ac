// Hot path. Definition ids are the hex of 8 bytes: in documents they are those bytes, and are looked
// up as two words. An id of another form (null here) is kept as a text.

/** First and last four bytes of an id, each as a signed integer. */
export interface IdKey {
  readonly high: number;
  readonly low: number;
}

const HEX_ID = /^[0-9a-f]{16}$/;
/** Catalogs come and go; all may be forgotten at any time. */
const IDS_MAX = 4_096;
const keys = new Map<string, IdKey | null>();

/** The id as words; null for one of another form. */
export function idKey(id: string): IdKey | null {
  const known = keys.get(id);
  if (known !== undefined) return known;
  const key = HEX_ID.test(id)
    ? { high: Number.parseInt(id.slice(0, 8), 16) | 0, low: Number.parseInt(id.slice(8), 16) | 0 }
    : null;
  if (keys.size >= IDS_MAX) keys.clear();
  keys.set(id, key);
  return key;
}
