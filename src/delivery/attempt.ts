/** What came of handing a message over. Reasons are short words that tell nothing of URL or secret. */
export type Attempt =
  | { readonly kind: 'sent' }
  /** It may work later. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The receiver asked for so long a pause, ms; null = it said nothing. */
      readonly retryAfterMs: number | null;
    }
  /** It is not tried again by itself: the receiver, or the address, is not there. */
  | { readonly kind: 'final'; readonly reason: string };

export const SENT: Attempt = { kind: 'sent' };

export function failed(
  reason: string,
  retryAfterMs: number | null = null,
): Extract<Attempt, { kind: 'failed' }> {
  return { kind: 'failed', reason, retryAfterMs };
}
