// What has become of what a trigger of time waits for. Types alone: the customer of a test knows it, the
// texts for the author of the test tell it.

import type { NotFired, TriggerExplanation } from '../model/explanation.ts';
import type { Blame } from '../model/value.ts';

/** The last that is known of it; times are epoch ms. */
export type TimeStory =
  | { readonly kind: 'pending'; readonly dueAtMs: number }
  /** It has fired, and quiet hours put it off. */
  | { readonly kind: 'put_off'; readonly untilMs: number }
  | { readonly kind: 'cancelled'; readonly dueAtMs: number; readonly by: string }
  | { readonly kind: 'not_fired'; readonly dueAtMs: number; readonly why: NotFired }
  | { readonly kind: 'missed'; readonly dueAtMs: number }
  /** It has fired, and waits for some placements. */
  | { readonly kind: 'waits'; readonly firedAtMs: number; readonly placements: readonly string[] }
  /** It has fired, and was answered by a decision. */
  | { readonly kind: 'answered'; readonly firedAtMs: number; readonly atMs: number }
  /** It has fired, and an event ended it before it was decided. */
  | { readonly kind: 'ended'; readonly by: string }
  /** It has fired, and nobody asked for it in time. */
  | { readonly kind: 'over'; readonly firedAtMs: number; readonly untilMs: number }
  /** The customer was in the segment before anybody looked. */
  | { readonly kind: 'in_before' }
  /** An event that could have armed it did not. */
  | { readonly kind: 'not_armed'; readonly by: string; readonly why: TriggerExplanation }
  /** Nothing has happened that it waits for. */
  | { readonly kind: 'idle'; readonly blame: Blame };
