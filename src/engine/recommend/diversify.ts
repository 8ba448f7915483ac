// No more than so many of one brand, or of one category. What is not known to be of any is not limited.

import type { Item } from '../../model/item.ts';
import type { RecommenderDefinition } from '../../model/recommending.ts';

export class Diversity {
  private readonly brands = new Map<string, number>();
  private readonly categories = new Map<string, number>();

  constructor(private readonly most: RecommenderDefinition['diversify']) {}

  /** Whether there is room for one more like it. */
  admits(item: Item | null): boolean {
    return (
      hasRoom(this.brands, item?.brand ?? null, this.most.brand) &&
      hasRoom(this.categories, item?.category ?? null, this.most.category)
    );
  }

  /** It is in the list. */
  add(item: Item | null): void {
    count(this.brands, item?.brand ?? null);
    count(this.categories, item?.category ?? null);
  }
}

function hasRoom(counts: ReadonlyMap<string, number>, of: string | null, most: number | null) {
  return of === null || most === null || (counts.get(of) ?? 0) < most;
}

function count(counts: Map<string, number>, of: string | null): void {
  if (of !== null) counts.set(of, (counts.get(of) ?? 0) + 1);
}
