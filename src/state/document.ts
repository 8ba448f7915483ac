// Hot path. From a commit to the document that a store writes: spill old message hashes, encode,
// shrink what is too large. Every store goes through here, so that all keep the same state.

import type { Commit } from '../pipeline.ts';
import type { StateCodec } from './codec.ts';
import { ETAG_BYTES } from './etag.ts';
import { hashesToAsk, SEEN_MS, spillSeen } from './seen-log.ts';
import { shrinkState } from './shrink.ts';

/** Of a state's maximum: what features keep when the rest of the state leaves them less. */
const FEATURES_SHARE = 1 / 4;

export interface Document {
  /** The etag, then the commit's state, spilled and shrunk; a character a byte. */
  readonly text: string;
  /** 16 bytes per message hash that goes to the side log; null = none. */
  readonly spilled: Buffer | null;
  /** 8 bytes per message hash to look up there first; null = no need. */
  readonly asked: Buffer | null;
  /** Messages received earlier count as never seen; epoch ms. */
  readonly seenAfterMs: number;
  /** Keys and remembered values that features lost to the size limit. */
  readonly dropped: number;
  /** Nothing that may be lost was left: the state is over its maximum. */
  readonly isOversize: boolean;
}

/**
 * @param etag the new one
 * @param stateBytesMax limit of the encoded state without etag
 */
export function documentOf(
  codec: StateCodec,
  commit: Commit,
  etag: string,
  stateBytesMax: number,
): Document {
  const { messageIds, receivedAtMs } = commit;
  const asked = hashesToAsk(commit.state.seenSpilledMs, messageIds, receivedAtMs);
  const spill = spillSeen(commit.state, receivedAtMs);
  let text = codec.encode(spill.state, etag);
  let dropped = 0;
  const textMax = ETAG_BYTES + stateBytesMax;
  if (text.length > textMax) {
    const shrunk = shrinkState(codec, spill.state, {
      excessBytes: text.length - textMax,
      keptBytes: stateBytesMax * FEATURES_SHARE,
      recents: commit.recents,
    });
    dropped = shrunk.dropped;
    text = codec.encode(shrunk.state, etag);
  }
  const isOversize = text.length > textMax;
  const seenAfterMs = receivedAtMs - SEEN_MS;
  return { text, spilled: spill.spilled, asked, seenAfterMs, dropped, isOversize };
}
