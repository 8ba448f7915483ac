// Hot path. From a commit to the bytes that a store writes: spill old message hashes, encode, shrink
// what is too large. Every store goes through here, so that all keep the same state.

import type { Commit } from '../pipeline.ts';
import type { EncodedState, StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';
import { hashesToAsk, SEEN_MS, spillSeen } from './seen-log.ts';
import { shrinkState } from './shrink.ts';

export interface Document {
  /** The commit's state, spilled and shrunk; its bytes behind the etag. */
  readonly encoded: EncodedState;
  /** 16 bytes per message hash that goes to the side log; null = none. */
  readonly spilled: Buffer | null;
  /** 8 bytes per message hash to look up there first; null = no need. */
  readonly asked: Buffer | null;
  /** Messages received earlier count as never seen; epoch ms. */
  readonly seenAfterMs: number;
  /** Keys that features lost to the size limit. */
  readonly keysDropped: number;
}

/**
 * @param etag the new one
 * @param previous any earlier encoding of this customer's state, to copy from; null = none
 * @param stateBytesMax limit of the encoded state without etag
 */
export function documentOf(
  codec: StateCodec,
  commit: Commit,
  etag: string,
  previous: EncodedState | null,
  stateBytesMax: number,
): Document {
  const { messageIds, receivedAtMs } = commit;
  const asked = hashesToAsk(commit.state.seenSpilledMs, messageIds, receivedAtMs);
  const spill = spillSeen(commit.state, receivedAtMs);
  let encoded = codec.encode(spill.state, etag, previous);
  let keysDropped = 0;
  const excess = encoded.length - ETAG_BYTES - stateBytesMax;
  if (excess > 0) {
    const shrunk = shrinkState(codec, spill.state, excess);
    keysDropped = shrunk.keysDropped;
    encoded = codec.encode(shrunk.state, etag, encoded);
  }
  return {
    encoded,
    spilled: spill.spilled,
    asked,
    seenAfterMs: receivedAtMs - SEEN_MS,
    keysDropped,
  };
}
