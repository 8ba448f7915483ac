// Hot path. Definition ids are the hex of 5 to 8 bytes: in documents they are those bytes, and are
// looked up as two words. An id of another form (null here) is kept as a text.

/** An id as a number of bytes: the last four of them, and those before. */
export interface IdKey {
  readonly bytes: number;
  readonly high: number;
  /** A signed integer, as `high`. */
  readonly low: number;
}

/** Bytes of an id that is looked up as words. */
export const ID_BYTES_MIN = 5;
export const ID_BYTES_MAX = 8;

const HEX_ID = /^(?:[0-9a-f]{2}){5,8}$/;
const LOW_DIGITS = 8;
/** Catalogs come and go; all may be forgotten at any time. */
const IDS_MAX = 4_096;
const keys = new Map<string, IdKey | null>();

/** The id as words; null for one of another form. */
export function idKey(id: string): IdKey | null {
  const known = keys.get(id);
  if (known !== undefined) return known;
  const split = id.length - LOW_DIGITS;
  const key = HEX_ID.test(id)
    ? {
        bytes: id.length / 2,
        high: Number.parseInt(id.slice(0, split), 16) | 0,
        low: Number.parseInt(id.slice(split), 16) | 0,
      }
    : null;
  if (keys.size >= IDS_MAX) keys.clear();
  keys.set(id, key);
  return key;
}
