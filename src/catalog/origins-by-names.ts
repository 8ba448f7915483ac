// Where the conditions of a catalog come from, by the names that each was compiled with.

import type { DeclaredFeature } from './declarations.ts';
import { type ExpressionNames, type FeatureName, Origins } from './expressions/compile.ts';

export class OriginsByNames {
  private readonly all = new Map<ExpressionNames, Origins>();

  /** Of what is compiled with these names. */
  of(names: ExpressionNames): Origins {
    let origins = this.all.get(names);
    if (origins === undefined) {
      origins = new Origins(names);
      this.all.set(names, origins);
    }
    return origins;
  }

  /**
   * Lets go of the files: what conditions keep to say why they do not hold is then names alone.
   * Called when everything is compiled, and the types of all features are known.
   */
  finish(declared: Iterable<DeclaredFeature>): void {
    const features = new Map<string, FeatureName>();
    for (const { name, slot, type, keyed } of declared) features.set(name, { slot, type, keyed });
    for (const names of this.all.keys()) Object.assign(names, { features });
  }
}
