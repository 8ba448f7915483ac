// How good lists are: of each, whether the item that really came next is in it, and where.

export interface Measured {
  /** Lists that were asked for. */
  readonly lists: number;
  /** Share of lists that hold the next item. */
  readonly hitRate: number;
  /** Mean of 1/place of it; 0 where it is not there. */
  readonly mrr: number;
  /** Mean of 1/log2(place + 1): there is one right item. */
  readonly ndcg: number;
  /** Share of the known items that are in any list. */
  readonly coverage: number;
  /** Mean over lists of the mean of their items' interactions, relative to the most of any item. */
  readonly popularityBias: number;
}

export class Measures {
  #lists = 0;
  #hits = 0;
  #reciprocals = 0;
  #gains = 0;
  #popularity = 0;
  readonly #shown = new Set<number>();

  /**
   * @param items in all, and popularity (0 to 1) of each
   */
  constructor(
    readonly items: number,
    readonly popularityOf: (item: number) => number,
  ) {}

  /** @param next −1 = an item that nobody knew */
  add(list: readonly number[], next: number): void {
    this.#lists++;
    let popularity = 0;
    for (const item of list) {
      this.#shown.add(item);
      popularity += this.popularityOf(item);
    }
    if (list.length > 0) this.#popularity += popularity / list.length;
    const place = next === -1 ? 0 : list.indexOf(next) + 1;
    if (place === 0) return;
    this.#hits++;
    this.#reciprocals += 1 / place;
    this.#gains += 1 / Math.log2(place + 1);
  }

  result(): Measured {
    const mean = (sum: number) => (this.#lists === 0 ? 0 : sum / this.#lists);
    return {
      lists: this.#lists,
      hitRate: mean(this.#hits),
      mrr: mean(this.#reciprocals),
      ndcg: mean(this.#gains),
      coverage: this.items === 0 ? 0 : this.#shown.size / this.items,
      popularityBias: mean(this.#popularity),
    };
  }
}
