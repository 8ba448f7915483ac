// Hot path. The `per` value as timers keep it: a customer may have hundreds of them, and each is loaded and
// written with every event.

import { murmur3 } from '../../model/hash.ts';
import { TIMER_KEY_MAX } from '../limits.ts';

/** Characters of a long one that stay, for who reads it. */
const HEAD_CHARS = 200;

/** A long one as its beginning and its 64-bit hash: the same for the same, whoever makes it. */
export function timerKey<Key extends string | null | undefined>(per: Key): Key | string {
  if (typeof per !== 'string' || per.length <= TIMER_KEY_MAX) return per;
  // Not through the middle of a character.
  const isHalf = (per.charCodeAt(HEAD_CHARS - 1) & 0xfc00) === 0xd800;
  const head = per.slice(0, isHalf ? HEAD_CHARS - 1 : HEAD_CHARS);
  return `${head}#${murmur3(per, 1).toString(36)}.${murmur3(per, 2).toString(36)}`;
}
