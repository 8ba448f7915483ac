// What lists in decisions are made of: live the crowd, and of what was decided before what is recorded of
// it. Who buys what has changed since, and so have prices: a list that is made again would be another.

import type { Crowd } from './crowd/crowd.ts';
import type { RecommendedItem } from './recommending.ts';

export type ListSource =
  | { readonly kind: 'crowd'; readonly crowd: Crowd }
  | {
      readonly kind: 'recorded';
      /** null = none was made. */
      of(messageId: string, placement: string): RecordedList | null;
    };

/** A list as it was. */
export interface RecordedList {
  readonly seeds: readonly string[];
  readonly items: readonly RecommendedItem[];
  readonly modelVersion: string;
}
