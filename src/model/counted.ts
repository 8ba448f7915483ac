// Whether a message was counted for a customer, as far as the state itself knows.

import { isAmong, messageKey } from './seen-messages.ts';
import type { CustomerState } from './state.ts';
import type { Submission } from './step.ts';

/** How long a message counts as seen. */
const SEEN_MS = 86_400_000;

export function isCounted(
  { seen }: CustomerState,
  { record, messageId, receivedAtMs }: Pick<Submission, 'record' | 'messageId' | 'receivedAtMs'>,
): boolean {
  return record && isAmong(seen, messageKey(messageId), receivedAtMs - SEEN_MS);
}
