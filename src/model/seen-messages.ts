// Hot path. The messages of the last day, packed into one text of 13 characters each (a character a
// byte): 8 of hash, 5 of receive time. The text is stored as it is, so that a message costs one
// search and one append: as objects, 64 messages were 7 KB of every cached state, which each event
// copied and the collector marked (bench/engine.ts: half of a step).

import { messageHash } from './hash.ts';

/** Characters of one message. */
export const SEEN_CHARS = 13;

const HASH_CHARS = 8;
/** Times are kept from here on, for 34 years; others count as the nearest. Part of the format. */
const FIRST_MS = Date.UTC(2020, 0, 1);
const SPAN_MS = 2 ** 40;

/** A message's 64-bit hash as 8 characters of a byte each. */
export function messageKey(messageId: string): string {
  const { hi, lo } = messageHash(messageId);
  return String.fromCharCode(
    hi >>> 24,
    (hi >>> 16) & 255,
    (hi >>> 8) & 255,
    hi & 255,
    lo >>> 24,
    (lo >>> 16) & 255,
    (lo >>> 8) & 255,
    lo & 255,
  );
}

/** One message, to be appended. @param key as `messageKey` makes it */
export function seenMessage(key: string, receivedAtMs: number): string {
  const at = Math.min(Math.max(Math.floor(receivedAtMs) - FIRST_MS, 0), SPAN_MS - 1);
  const low = at >>> 0;
  return (
    key +
    String.fromCharCode(
      (at - low) / 2 ** 32,
      low >>> 24,
      (low >>> 16) & 255,
      (low >>> 8) & 255,
      low & 255,
    )
  );
}

/** How many messages it holds. */
export function seenCount(seen: string): number {
  return seen.length / SEEN_CHARS;
}

/** The hash of the message that starts at a character. */
export function keyAt(seen: string, at: number): string {
  return seen.slice(at, at + HASH_CHARS);
}

/** The receive time (epoch ms) of the message that starts at a character. */
export function receivedAt(seen: string, at: number): number {
  const time = at + HASH_CHARS;
  const low =
    ((seen.charCodeAt(time + 1) << 24) |
      (seen.charCodeAt(time + 2) << 16) |
      (seen.charCodeAt(time + 3) << 8) |
      seen.charCodeAt(time + 4)) >>>
    0;
  return FIRST_MS + seen.charCodeAt(time) * 2 ** 32 + low;
}

/** Whether a message is among those received after a time. */
export function isAmong(seen: string, key: string, afterMs: number): boolean {
  let at = seen.indexOf(key);
  while (at >= 0) {
    if (at % SEEN_CHARS === 0 && receivedAt(seen, at) > afterMs) return true;
    at = seen.indexOf(key, at + 1);
  }
  return false;
}

/** Without what was received up to a time at the front (it is nearly in order of time). */
export function withoutOld(seen: string, untilMs: number): string {
  let from = 0;
  while (from < seen.length && receivedAt(seen, from) <= untilMs) from += SEEN_CHARS;
  return from === 0 ? seen : seen.slice(from);
}
