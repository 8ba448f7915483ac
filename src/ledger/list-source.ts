// The list of a decision as its row has it: what it takes to decide again with the same list, for neither
// the crowd nor the items are as they were.

import type { DecidedList, Withheld } from '../model/decision.ts';
import type { JsonObject } from '../model/json.ts';
import type { RecordedList } from '../model/list-source.ts';
import type { Model } from '../model/recommending.ts';
import { readSent, sentText } from './sent-text.ts';

interface Told {
  readonly recommender: string;
  readonly seeds: readonly string[];
  readonly model: string;
  /** Why it was not shown; absent = it was. */
  readonly withheld?: Withheld;
  readonly items: readonly {
    readonly itemId: string;
    readonly source: Model;
    readonly score: number;
    /** Absent = nothing but its id was known. */
    readonly item?: JsonObject;
  }[];
}

/** JSON text; '' = no list was made. */
export function writeList({ made, withheld }: DecidedList): string {
  if (made === null) return '';
  const { recommender, seeds, modelVersion: model, items } = made;
  const told: Told = {
    ...{ recommender, seeds, model, ...(withheld !== null && { withheld }) },
    items: items.map(({ itemId, source, score, item }) => ({
      ...{ itemId, source, score, ...(item !== null && { item }) },
    })),
  };
  return sentText(told as unknown as JsonObject);
}

/** What people are told of it; null = none was made. @throws SyntaxError as `readList` */
export function toldList(
  text: string,
): { readonly items: Told['items']; readonly withheld: Withheld | null } | null {
  if (text === '') return null;
  const { items, withheld = null } = readSent(text) as unknown as Told;
  return { items, withheld };
}

/** null = none was made. @throws SyntaxError when it cannot be read any more */
export function readList(text: string): RecordedList | null {
  if (text === '') return null;
  const { seeds, model, items } = readSent(text) as unknown as Told;
  return {
    seeds,
    modelVersion: model,
    items: items.map(({ itemId, source, score, item = null }) => ({
      ...{ itemId, source, score, item },
      sources: [{ source, score }],
    })),
  };
}
