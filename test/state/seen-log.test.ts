import { describe, expect, it } from 'vitest';
import { messageHash } from '../../src/model/hash.ts';
import { messageKey, receivedAt, SEEN_CHARS, seenMessage } from '../../src/model/seen-messages.ts';
import { emptyState } from '../../src/model/state.ts';
import { hashesToAsk, SEEN_KEPT, SEEN_MAX, SEEN_MS, spillSeen } from '../../src/state/seen-log.ts';

const NOW_MS = 1_795_000_000_000;
const seenOf = (count: number, firstMs = NOW_MS - count) =>
  Array.from({ length: count }, (_, i) => seenMessage(messageKey(`m${i}`), firstMs + i)).join('');
const stateOf = (count: number, firstMs?: number) => ({
  ...emptyState('u'),
  seen: seenOf(count, firstMs),
});

describe('the log of seen messages', () => {
  it('stays in the state up to its maximum', () => {
    const state = stateOf(SEEN_MAX);
    expect(spillSeen(state, NOW_MS)).toEqual({ state, spilled: null });
  });

  it('moves all but the newest out beyond that, with hash and time', () => {
    const given = stateOf(SEEN_MAX + 1);
    const { state, spilled } = spillSeen(given, NOW_MS);
    const leaving = SEEN_MAX + 1 - SEEN_KEPT;
    expect(state.seen).toEqual(given.seen.slice(leaving * SEEN_CHARS));
    expect(state.seenSpilledMs).toBe(receivedAt(given.seen, (leaving - 1) * SEEN_CHARS));
    expect(spilled!.length).toBe(leaving * 16);
    expect(spilled!.readUInt32BE(0)).toBe(messageHash('m0').hi);
    expect(spilled!.readUInt32BE(4)).toBe(messageHash('m0').lo);
    expect(spilled!.readDoubleBE(8)).toBe(NOW_MS - SEEN_MAX - 1);
  });

  it('drops what was received too long ago before it moves anything', () => {
    const given = stateOf(SEEN_MAX + 10, NOW_MS - SEEN_MS - 9);
    const { state, spilled } = spillSeen(given, NOW_MS);
    expect(spilled).toBe(null);
    expect(state.seen).toEqual(given.seen.slice(10 * SEEN_CHARS));
  });

  it('is asked only while something in it still counts', () => {
    expect(hashesToAsk(0, ['m'], NOW_MS)).toBe(null);
    expect(hashesToAsk(NOW_MS - SEEN_MS, ['m'], NOW_MS)).toBe(null);
    const asked = hashesToAsk(NOW_MS - SEEN_MS + 1, ['m', 'n'], NOW_MS)!;
    expect(asked.length).toBe(16);
    expect(asked.readUInt32BE(8)).toBe(messageHash('n').hi);
    expect(asked.readUInt32BE(12)).toBe(messageHash('n').lo);
  });
});
