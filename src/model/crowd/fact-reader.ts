// Facts as they were told, into tables of this process: the teller's item numbers become those of the
// tables' own items. What there is no room for here is left out, and counted.

import type { CrowdTables } from './crowd-tables.ts';
import type { Fact, PairFact } from './fact.ts';

const UNKNOWN = -1;

export class FactReader {
  /** Own number by the teller's. */
  readonly #own: number[] = [];
  /** The teller's by the own one. */
  readonly #told: number[] = [];
  /** Items that there was no room for. */
  refused = 0;

  constructor(readonly tables: CrowdTables) {}

  read(fact: Fact): void {
    this.tables.apply(this.#translated(fact));
  }

  /** Of a snapshot: the teller's number is this item from now on. */
  meet(item: number, itemId: string): number {
    const own = this.tables.items.add(itemId);
    if (own === UNKNOWN) this.refused++;
    this.#own[item] = own;
    if (own !== UNKNOWN) this.#told[own] = item;
    return own;
  }

  /** The teller's number of an own one; −1 = it never said one. */
  toldOf(item: number): number {
    return this.#told[item] ?? UNKNOWN;
  }

  /** −1 = it is not known here. */
  ownOf(item: number): number {
    return this.#own[item] ?? UNKNOWN;
  }

  #translated(fact: Fact): Fact {
    switch (fact.kind) {
      case 'item':
        return { ...fact, item: this.meet(fact.item, fact.itemId) };
      case 'forget': {
        const item = this.ownOf(fact.item);
        this.#own[fact.item] = UNKNOWN;
        return { ...fact, item };
      }
      case 'seen':
        return { ...fact, item: this.ownOf(fact.item) };
      case 'interaction':
        return { ...fact, item: this.ownOf(fact.item), pairs: this.#pairs(fact.pairs) };
      case 'basket':
        return { ...fact, items: this.#owns(fact.items) };
      case 'followed':
        return { ...fact, before: this.#owns(fact.before), after: this.#owns(fact.after) };
    }
  }

  #owns(items: readonly number[]): readonly number[] {
    return items.map((item) => this.ownOf(item)).filter((own) => own !== UNKNOWN);
  }

  #pairs(pairs: readonly PairFact[]): readonly PairFact[] {
    return pairs
      .map((pair) => ({ ...pair, item: this.ownOf(pair.item) }))
      .filter((pair) => pair.item !== UNKNOWN);
  }
}
