// What a customer's state remembers so that time can bring something about.

import { murmur3 } from './hash.ts';

/** What may bring a firing about: something that happened, or time. */
export const FIRING_CAUSES = ['event', 'absence', 'enter', 'date', 'predict'] as const;
export type FiringCause = (typeof FIRING_CAUSES)[number];

/** A trigger that fires later, unless something comes in between. */
export interface Timer {
  readonly trigger: string;
  /** The `per` value, or the key that is predicted; null without one. */
  readonly key: string | null;
  /** Epoch ms. */
  readonly dueAtMs: number;
  readonly cause: FiringCause;
  /**
   * The definition that it was reckoned from (TimeDefinition.id): another one reckons it anew. '' where
   * an event armed it.
   */
  readonly of: string;
  /** It has fired, and quiet hours put it off for these placements; null = it has not. */
  readonly placements: readonly string[] | null;
  /** The event that armed it, as keptEvent() wrote it; '' = none did. */
  readonly event: string;
}

/** What time fired, and what waits until one of its placements is asked for. */
export interface Waiting {
  readonly trigger: string;
  readonly key: string | null;
  /** Of several, the first that has an offer spends it. */
  readonly placements: readonly string[];
  readonly firedAtMs: number;
  /** Exclusive: it is spent then, epoch ms. */
  readonly untilMs: number;
  /** As in Timer. */
  readonly event: string;
}

/** Due first; of the same instant by trigger, then by key: one order for every state. */
export function byDue(a: Timer, b: Timer): number {
  if (a.dueAtMs !== b.dueAtMs) return a.dueAtMs - b.dueAtMs;
  if (a.trigger !== b.trigger) return a.trigger < b.trigger ? -1 : 1;
  const [keyA, keyB] = [a.key ?? '', b.key ?? ''];
  return keyA === keyB ? 0 : keyA < keyB ? -1 : 1;
}

/** Characters of a `per` value that a message id keeps. */
const KEY_CHARS = 64;

/** The message id of a timer that is due: the same whoever says that it is. */
export function timerMessageId({ trigger, key, dueAtMs }: TimerName): string {
  const named = key === null ? '' : `:${shortKey(key)}`;
  return `timer:${trigger}${named}:${dueAtMs}`;
}

/** Of a long one its beginning, and a hash of it all: decisions are named after their messages. */
function shortKey(key: string): string {
  if (key.length <= KEY_CHARS) return key;
  return `${key.slice(0, KEY_CHARS)}~${murmur3(key).toString(16)}`;
}

export type TimerName = Pick<Timer, 'trigger' | 'key' | 'dueAtMs'>;
