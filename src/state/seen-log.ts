// Hot path. A state keeps the hashes of its latest messages; older ones of the last 24 h go to a
// side log in the same commit. `seenSpilledMs` says until when that log must be asked.

import { DraftState } from '../model/draft-state.ts';
import { keyAt, messageKey, receivedAt, SEEN_CHARS } from '../model/seen-messages.ts';
import type { CustomerState } from '../model/state.ts';

/** How long a messageId counts as seen. */
export const SEEN_MS = 86_400_000;
/** A state with more moves all but the newest SEEN_KEPT. */
export const SEEN_MAX = 64;
/** Half, so that a busy customer spills once in 32 messages, not on each. */
export const SEEN_KEPT = 32;

const HASH_BYTES = 8;
const ENTRY_BYTES = 16;

export interface Spill {
  /** The state without what left it. */
  readonly state: CustomerState;
  /** Hash and receive time of each message for the side log; null = none. */
  readonly spilled: Buffer | null;
}

/** Drops hashes that no longer count, and moves the oldest out when there are too many. */
export function spillSeen(state: CustomerState, receivedAtMs: number): Spill {
  const { seen } = state;
  if (seen.length <= SEEN_MAX * SEEN_CHARS) return { state, spilled: null };
  const draft = new DraftState(state);
  draft.seen = livingOf(seen, receivedAtMs - SEEN_MS);
  if (draft.seen.length <= SEEN_MAX * SEEN_CHARS) return { state: draft, spilled: null };
  const kept = draft.seen.length - SEEN_KEPT * SEEN_CHARS;
  const leaving = draft.seen.slice(0, kept);
  draft.seen = draft.seen.slice(kept);
  for (let at = 0; at < leaving.length; at += SEEN_CHARS) {
    draft.seenSpilledMs = Math.max(draft.seenSpilledMs, receivedAt(leaving, at));
  }
  return { state: draft, spilled: packSpilled(leaving) };
}

function livingOf(seen: string, afterMs: number): string {
  let living = '';
  for (let at = 0; at < seen.length; at += SEEN_CHARS) {
    if (receivedAt(seen, at) > afterMs) living += seen.slice(at, at + SEEN_CHARS);
  }
  return living;
}

function packSpilled(messages: string): Buffer {
  const packed = Buffer.allocUnsafe((messages.length / SEEN_CHARS) * ENTRY_BYTES);
  let to = 0;
  for (let at = 0; at < messages.length; at += SEEN_CHARS) {
    packed.write(keyAt(messages, at), to, 'latin1');
    packed.writeDoubleBE(receivedAt(messages, at), to + HASH_BYTES);
    to += ENTRY_BYTES;
  }
  return packed;
}

/** Hashes to look up in the side log; null when nothing in it counts any more. */
export function hashesToAsk(
  seenSpilledMs: number,
  messageIds: readonly string[],
  receivedAtMs: number,
): Buffer | null {
  if (seenSpilledMs <= receivedAtMs - SEEN_MS || messageIds.length === 0) return null;
  const packed = Buffer.allocUnsafe(messageIds.length * HASH_BYTES);
  for (let i = 0; i < messageIds.length; i++) {
    packed.write(messageKey(messageIds[i]!), i * HASH_BYTES, 'latin1');
  }
  return packed;
}
