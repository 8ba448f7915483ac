// Hot path. Feature values as a step leaves them: what it wrote lies over the values of the state
// that was stored. So a step copies no table, and the codec sees what it need not write again.

import type { FeatureValue, FeatureValues } from './state.ts';

/** Values over a base, which is never an overlay itself: however many steps, there are two layers. */
export class FeatureOverlay implements FeatureValues {
  /** What was written since, undefined = removed. */
  readonly own: Map<string, FeatureValue | undefined>;
  readonly base: FeatureValues;

  private constructor(base: FeatureValues, own: Map<string, FeatureValue | undefined>) {
    this.base = base;
    this.own = own;
  }

  /** A new layer over these values, which stay as they are. */
  static over(values: FeatureValues): FeatureOverlay {
    return values instanceof FeatureOverlay
      ? new FeatureOverlay(values.base, new Map(values.own))
      : new FeatureOverlay(values, new Map());
  }

  get(id: string): FeatureValue | undefined {
    const own = this.own.get(id);
    if (own !== undefined || this.own.has(id)) return own;
    return this.base.get(id);
  }

  has(id: string): boolean {
    if (this.own.has(id)) return this.own.get(id) !== undefined;
    return this.base.has(id);
  }

  /** Only by who made it, and before anybody else has it. */
  set(id: string, value: FeatureValue): void {
    this.own.set(id, value);
  }

  /** Only by who made it, and before anybody else has it. */
  delete(id: string): void {
    this.own.set(id, undefined);
  }

  get size(): number {
    let { size } = this.base;
    for (const [id, value] of this.own) {
      if (this.base.has(id)) size -= value === undefined ? 1 : 0;
      else size += value === undefined ? 0 : 1;
    }
    return size;
  }

  *keys(): MapIterator<string> {
    for (const id of this.base.keys()) if (this.has(id)) yield id;
    for (const [id, value] of this.own) if (value !== undefined && !this.base.has(id)) yield id;
  }

  /** In the order of the base; what it lacks comes after. */
  *[Symbol.iterator](): MapIterator<[string, FeatureValue]> {
    for (const id of this.keys()) yield [id, this.get(id)!];
  }
}
