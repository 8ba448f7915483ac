// Items by their category, or by their brand, so that who asks for the best of one walks over its items alone.

const NONE: readonly number[] = [];

export class ItemsByName {
  /** No name without items. */
  readonly #members = new Map<string, number[]>();
  /** By item; null = it is in none. */
  readonly #names: (string | null)[] = [];
  /** By item: where it is among those of its name. */
  readonly #places: number[] = [];

  /** In no order; not to be kept: `put` changes it. */
  of(name: string): readonly number[] {
    return this.#members.get(name) ?? NONE;
  }

  /** @param name null = it is in none any more */
  put(item: number, name: string | null): void {
    const before = this.#names[item] ?? null;
    if (before === name) return;
    if (before !== null) this.#leave(item, before);
    this.#names[item] = name;
    if (name === null) return;
    const members = this.#members.get(name);
    this.#places[item] = members?.length ?? 0;
    if (members === undefined) this.#members.set(name, [item]);
    else members.push(item);
  }

  /** The last one takes its place. */
  #leave(item: number, name: string): void {
    const members = this.#members.get(name)!;
    const last = members.pop()!;
    if (members.length === 0) this.#members.delete(name);
    if (last === item) return;
    const place = this.#places[item]!;
    members[place] = last;
    this.#places[last] = place;
  }
}
