// One number for each item, 0 where nothing was said.

export class NumberColumn {
  values = new Float64Array(0);

  at(item: number): number {
    return this.values[item] ?? 0;
  }

  add(item: number, amount: number): void {
    if (item >= this.values.length) {
      const grown = new Float64Array(Math.max(64, item + 1, this.values.length * 2));
      grown.set(this.values);
      this.values = grown;
    }
    this.values[item]! += amount;
  }

  clear(item: number): void {
    if (item < this.values.length) this.values[item] = 0;
  }
}
