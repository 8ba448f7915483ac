// Hot path. A state keeps the hashes of its latest messages; older ones of the last 24 h go to a
// side log in the same commit. `seenSpilledMs` says until when that log must be asked.

import { messageHash } from '../model/hash.ts';
import type { CustomerState, SeenMessage } from '../model/state.ts';

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
  if (seen.length <= SEEN_MAX) return { state, spilled: null };
  const afterMs = receivedAtMs - SEEN_MS;
  const living = seen.filter((message) => message.receivedAtMs > afterMs);
  if (living.length <= SEEN_MAX) return { state: { ...state, seen: living }, spilled: null };
  const leaving = living.slice(0, living.length - SEEN_KEPT);
  const kept = living.slice(living.length - SEEN_KEPT);
  let { seenSpilledMs } = state;
  for (const message of leaving) seenSpilledMs = Math.max(seenSpilledMs, message.receivedAtMs);
  return { state: { ...state, seen: kept, seenSpilledMs }, spilled: packSpilled(leaving) };
}

function packSpilled(messages: readonly SeenMessage[]): Buffer {
  const packed = Buffer.allocUnsafe(messages.length * ENTRY_BYTES);
  messages.forEach((message, i) => {
    packed.writeUInt32BE(message.hi, i * ENTRY_BYTES);
    packed.writeUInt32BE(message.lo, i * ENTRY_BYTES + 4);
    packed.writeDoubleBE(message.receivedAtMs, i * ENTRY_BYTES + 8);
  });
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
    const { hi, lo } = messageHash(messageIds[i]!);
    packed.writeUInt32BE(hi, i * HASH_BYTES);
    packed.writeUInt32BE(lo, i * HASH_BYTES + 4);
  }
  return packed;
}
