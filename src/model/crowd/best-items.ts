// The best of many scored items without sorting them all: a heap whose root is the worst that is in. Equal
// scores are in the order of item ids, so that every process answers the same.

import type { Items } from '../item.ts';
import type { Ranking } from './crowd.ts';

export class BestItems {
  readonly #items: number[] = [];
  readonly #scores: number[] = [];

  /** @param max how many are wanted */
  constructor(
    readonly names: Items,
    readonly max: number,
  ) {}

  /** Each item once. */
  offer(item: number, score: number): void {
    const size = this.#items.length;
    if (size < this.max) {
      this.#items.push(item);
      this.#scores.push(score);
      this.#rise(size);
    } else if (size > 0 && this.#isWorse(this.#items[0]!, this.#scores[0]!, item, score)) {
      this.#items[0] = item;
      this.#scores[0] = score;
      this.#sink();
    }
  }

  ranking(): Ranking {
    const order = this.#items.map((_, at) => at);
    order.sort((a, b) => (this.#isWorseAt(a, b) ? 1 : -1));
    return {
      length: order.length,
      items: Int32Array.from(order, (at) => this.#items[at]!),
      scores: Float64Array.from(order, (at) => this.#scores[at]!),
    };
  }

  #isWorse(item: number, score: number, than: number, thanScore: number): boolean {
    if (score !== thanScore) return score < thanScore;
    return this.names.idOf(item) > this.names.idOf(than);
  }

  #isWorseAt(a: number, b: number): boolean {
    return this.#isWorse(this.#items[a]!, this.#scores[a]!, this.#items[b]!, this.#scores[b]!);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorseAt(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    const size = this.#items.length;
    let at = 0;
    for (;;) {
      let worst = at;
      const left = 2 * at + 1;
      if (left < size && this.#isWorseAt(left, worst)) worst = left;
      if (left + 1 < size && this.#isWorseAt(left + 1, worst)) worst = left + 1;
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    const score = this.#scores[a]!;
    this.#items[a] = this.#items[b]!;
    this.#scores[a] = this.#scores[b]!;
    this.#items[b] = item;
    this.#scores[b] = score;
  }
}
