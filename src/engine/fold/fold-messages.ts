// The messages of two customers who turn out to be one: one that either had counts no more, and the
// last answers are given again.

import { keyAt, receivedAt, SEEN_CHARS, seenCount } from '../../model/seen-messages.ts';
import type { CustomerState, KeptAnswer } from '../../model/state.ts';
import type { Draft } from '../draft.ts';
import { ANSWER_CHARS_MAX, ANSWERS_MAX } from '../limits.ts';

/**
 * Each message once, in order of when it was received. There may be more than a state keeps: the store
 * moves the oldest out, as it does when messages come in.
 */
export function foldSeen(draft: Draft, from: CustomerState): void {
  draft.seenSpilledMs = Math.max(draft.seenSpilledMs, from.seenSpilledMs);
  if (from.seen === '') return;
  const messages = new Map<string, { readonly text: string; readonly atMs: number }>();
  for (const seen of [from.seen, draft.seen]) {
    for (let at = 0; at < seen.length; at += SEEN_CHARS) {
      const key = keyAt(seen, at);
      const atMs = receivedAt(seen, at);
      if (atMs < (messages.get(key)?.atMs ?? atMs)) continue;
      messages.set(key, { text: seen.slice(at, at + SEEN_CHARS), atMs });
    }
  }
  const inOrder = [...messages.values()].sort((a, b) => a.atMs - b.atMs);
  draft.seen = inOrder.map(({ text }) => text).join('');
}

/**
 * The answers to the last messages of both. The records they are of are those of two countings: each
 * gets the number that it would have had if the messages were the last records of one. To be called
 * when messages and records are those of the result.
 */
export function foldAnswers(draft: Draft, from: CustomerState): void {
  if (from.answers.length === 0 && draft.answers.length === 0) return;
  const texts = new Map<string, string>();
  for (const { message, text } of [...from.answers, ...draft.answers]) texts.set(message, text);
  const { seen, records } = draft;
  const answers: KeptAnswer[] = [];
  let chars = 0;
  for (let age = 0; age < Math.min(ANSWERS_MAX, seenCount(seen)); age++) {
    const message = keyAt(seen, seen.length - (age + 1) * SEEN_CHARS);
    const text = texts.get(message);
    if (text === undefined) continue;
    chars += text.length;
    if (chars > ANSWER_CHARS_MAX) break;
    // The survivor may have had fewer records than there are messages now.
    answers.push({ message, record: Math.max(0, records - age), text });
  }
  draft.answers = answers.reverse();
}
