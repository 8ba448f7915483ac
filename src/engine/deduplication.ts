// Hot path. A messageId counts once in 24 h of received time, and the last answers are given again.

import { isAmong, seenMessage, withoutOld } from '../model/seen-messages.ts';
import type { CustomerState, KeptAnswer } from '../model/state.ts';
import type { Draft } from './draft.ts';
import { ANSWER_CHARS_MAX, ANSWERS_MAX, SEEN_MS } from './limits.ts';

/** The answer text of a decision list without decisions. */
export const NO_DECISIONS = '[]';

/**
 * Whether the message was counted within the last 24 h, as far as the state itself knows.
 * @param message its hash (`messageKey`)
 */
export function isSeen(state: CustomerState, message: string, receivedAtMs: number): boolean {
  return isAmong(state.seen, message, receivedAtMs - SEEN_MS);
}

/** What was answered to the message, `[]` when that is not kept any more. */
export function answerKept(state: CustomerState, message: string): string {
  for (const answer of state.answers) if (answer.message === message) return answer.text;
  return NO_DECISIONS;
}

/** Notes a message as counted, with its answer. */
export function remember(
  draft: Draft,
  message: string,
  receivedAtMs: number,
  answer: string,
): void {
  draft.seen = withoutOld(draft.seen, receivedAtMs - SEEN_MS) + seenMessage(message, receivedAtMs);
  const keeps = answer !== NO_DECISIONS && answer.length <= ANSWER_CHARS_MAX;
  // Most events answer nothing and follow none that did: they leave the section alone.
  if (keeps || draft.answers.length > 0) keepAnswer(draft, message, keeps ? answer : null);
}

/** Drops answers to messages before the last 8, and the oldest when the texts are too long. */
function keepAnswer(draft: Draft, message: string, text: string | null): void {
  const { answers, records } = draft;
  const next: KeptAnswer[] = text === null ? [] : [{ message, record: records, text }];
  let chars = text === null ? 0 : text.length;
  for (let i = answers.length - 1; i >= 0; i--) {
    const answer = answers[i]!;
    chars += answer.text.length;
    if (answer.record <= records - ANSWERS_MAX || chars > ANSWER_CHARS_MAX) break;
    // After a fold several may be of record 0.
    if (next.length === ANSWERS_MAX) break;
    // A message that counts again, after a day: what it was answered then is over.
    if (answer.message !== message) next.push(answer);
  }
  if (text === null && next.length === answers.length) return;
  draft.answers = next.reverse();
}
