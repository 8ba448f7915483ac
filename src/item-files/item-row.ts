// What the readers of files give: a row with its values by column, or why there is none.

import type { JsonValue } from '../model/json.ts';

export type ItemRow =
  | {
      readonly kind: 'row';
      /** Where it begins, from 1. */
      readonly line: number;
      /** The same list for all rows of a CSV file. */
      readonly names: readonly string[];
      /** Beside `names`. */
      readonly values: readonly JsonValue[];
    }
  | { readonly kind: 'unreadable'; readonly line: number; readonly reason: string };

/** A file that nothing more can be read of; the message is for its owner. */
export class UnreadableFile extends Error {}
