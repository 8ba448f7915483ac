// Items by their category, so that who asks for the best of one walks over its items alone.

const NONE: readonly number[] = [];

export class CategoryIndex {
  /** No category without items. */
  readonly #members = new Map<string, number[]>();
  /** By item; null = it is in none. */
  readonly #categories: (string | null)[] = [];
  /** By item: where it is among those of its category. */
  readonly #places: number[] = [];

  /** In no order; not to be kept: `put` changes it. */
  of(category: string): readonly number[] {
    return this.#members.get(category) ?? NONE;
  }

  /** @param category null = it is in none any more */
  put(item: number, category: string | null): void {
    const before = this.#categories[item] ?? null;
    if (before === category) return;
    if (before !== null) this.#leave(item, before);
    this.#categories[item] = category;
    if (category === null) return;
    const members = this.#members.get(category);
    this.#places[item] = members?.length ?? 0;
    if (members === undefined) this.#members.set(category, [item]);
    else members.push(item);
  }

  /** The last one takes its place. */
  #leave(item: number, category: string): void {
    const members = this.#members.get(category)!;
    const last = members.pop()!;
    if (members.length === 0) this.#members.delete(category);
    if (last === item) return;
    const place = this.#places[item]!;
    members[place] = last;
    this.#places[last] = place;
  }
}
