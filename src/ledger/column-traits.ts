// Traits as a JSON column takes them. Each was fine in its own call, but together they may spell one
// path in two ways (`{"address":{"city":"x"}}` yesterday, `{"address.city":"y"}` today), and the
// column would refuse every row of that customer from then on.

import type { JsonObject } from '../model/json.ts';
import { jsonHazard } from '../model/json-hazards.ts';
import type { Trait } from '../model/state.ts';

/** All traits, or of those that cannot be in one column together the one that was stated last. */
export function columnTraits(traits: ReadonlyMap<string, Trait>): JsonObject {
  const all = objectOf(traits);
  return jsonHazard(all) === null ? all : withoutClashes(traits);
}

function objectOf(traits: Iterable<readonly [string, Trait]>): JsonObject {
  const object: JsonObject = Object.create(null);
  for (const [name, { value }] of traits) object[name] = value;
  return object;
}

/** Latest first: what a later one left no room for is dropped. At most TRAITS_MAX rounds. */
function withoutClashes(traits: ReadonlyMap<string, Trait>): JsonObject {
  const kept: [string, Trait][] = [];
  // The map is in the order of statements.
  for (const entry of [...traits].reverse()) {
    if (jsonHazard(objectOf([...kept, entry])) === null) kept.push(entry);
  }
  return objectOf(kept);
}
