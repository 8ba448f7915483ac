// Hot path. A messageId counts once in 24 h of received time, and the last answers are given again.

import type { CustomerState, KeptAnswer, SeenMessage } from '../model/state.ts';
import type { Draft } from './draft.ts';
import { ANSWER_CHARS_MAX, ANSWERS_MAX, SEEN_MS } from './limits.ts';

/** A message's 64-bit hash (`messageHash`). */
export interface MessageHash {
  readonly hi: number;
  readonly lo: number;
}

/** The answer text of a decision list without decisions. */
export const NO_DECISIONS = '[]';

/** Whether the message was counted within the last 24 h, as far as the state itself knows. */
export function isSeen(state: CustomerState, hash: MessageHash, receivedAtMs: number): boolean {
  const { seen } = state;
  for (let i = seen.length - 1; i >= 0; i--) {
    const message = seen[i]!;
    if (message.lo === hash.lo && message.hi === hash.hi) {
      return message.receivedAtMs > receivedAtMs - SEEN_MS;
    }
  }
  return false;
}

/** What was answered to the message, `[]` when that is not kept any more. */
export function answerKept(state: CustomerState, hash: MessageHash): string {
  for (const answer of state.answers) {
    if (answer.lo === hash.lo && answer.hi === hash.hi) return answer.text ?? NO_DECISIONS;
  }
  return NO_DECISIONS;
}

/** Notes a message as counted, with its answer. */
export function remember(
  draft: Draft,
  hash: MessageHash,
  receivedAtMs: number,
  answer: string,
): void {
  draft.seen = withSeen(draft.seen, { hi: hash.hi, lo: hash.lo, receivedAtMs });
  const text = answer === NO_DECISIONS || answer.length > ANSWER_CHARS_MAX ? null : answer;
  draft.answers = withAnswer(draft.answers, { hi: hash.hi, lo: hash.lo, text });
}

/** Appends, leaving out what is older than 24 h at the front (it is nearly in order of time). */
function withSeen(seen: readonly SeenMessage[], message: SeenMessage): readonly SeenMessage[] {
  const oldestMs = message.receivedAtMs - SEEN_MS;
  let from = 0;
  while (from < seen.length && seen[from]!.receivedAtMs <= oldestMs) from++;
  const next = seen.slice(from);
  next.push(message);
  return next;
}

function withAnswer(answers: readonly KeptAnswer[], answer: KeptAnswer): readonly KeptAnswer[] {
  const next = answers.slice(Math.max(0, answers.length + 1 - ANSWERS_MAX));
  next.push(answer);
  if (answer.text === null) return next;
  let chars = 0;
  for (let i = next.length - 1; i >= 0; i--) {
    const kept = next[i]!;
    if (kept.text === null) continue;
    chars += kept.text.length;
    if (chars > ANSWER_CHARS_MAX) next[i] = { hi: kept.hi, lo: kept.lo, text: null };
  }
  return next;
}
