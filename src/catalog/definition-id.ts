// The id under which a feature's value is stored: a hash of all that gives the value a meaning. The
// name is not part of it, so a feature can be renamed and keep its values; anything in it that
// changes makes the feature start afresh.

import type { EventSelector, FeatureKind, Path } from '../model/catalog.ts';
import { contentHash } from './canonical-json.ts';

/** Hex digits: 40 bits, for some hundreds of definitions. */
const ID_LENGTH = 10;

/** What a stored value depends on; defaults filled in, durations in ms. */
export interface StoredDefinition {
  readonly kind: FeatureKind;
  readonly on: EventSelector;
  readonly value: readonly Path[];
  readonly by: readonly Path[] | null;
  /** Source text of `where`. */
  readonly where: string | null;
  readonly windowMs: number | null;
  readonly halfLifeMs: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly keep: number;
  readonly timezone: string;
}

/** The id of a definition. Formulas store nothing and share one. */
export function definitionId(definition: StoredDefinition): string {
  const { kind, on, value, by, where, windowMs, halfLifeMs, weights, keep } = definition;
  if (kind === 'formula') return contentHash({ kind }, ID_LENGTH);
  // Local days are stored as such, and `where` may ask for the local hour.
  const local = kind === 'days' || where !== null;
  return contentHash(
    {
      kind,
      any: on.any,
      names: [...on.names].sort(),
      windowMs,
      halfLifeMs,
      keep,
      value: value.map((path) => path.text),
      by: by?.map((path) => path.text) ?? null,
      where: where?.trim() ?? null,
      weights: Object.fromEntries(weights),
      timezone: local ? definition.timezone : null,
    },
    ID_LENGTH,
  );
}
