// Hot path. Reading values out of an event by prepared paths: objects are walked by own keys, `[]`
// walks a list, and a value path reads the same list element as the `by` path beside it.

import type { CustomerEvent } from './event.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Path, PathStep } from './path.ts';

/**
 * Contributions that one event makes to one feature. A list of a 32 KB event stays below it; only
 * a value list combined with an unrelated `by` list could pass it, and is cut off here.
 */
export const CONTRIBUTIONS_MAX = 16_384;

const NOTHING: readonly JsonValue[] = [];

/** The parts of an event that paths begin in. */
export type Roots = Pick<CustomerEvent, 'properties' | 'traits' | 'context'>;

/** All values a path finds, in order: neither missing, null nor object. */
export function readPath(path: Path, event: Roots): readonly JsonValue[] {
  const { steps } = path;
  let node: JsonValue | undefined = event[path.root];
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step.each) {
      const out: JsonValue[] = [];
      collect(node, steps, i, steps.length, out);
      return out;
    }
    node = ownValue(node, step.key);
  }
  return isPresent(node) ? [node as JsonValue] : NOTHING;
}

/** What the first path that finds anything finds. */
export function firstPresent(paths: readonly Path[], event: CustomerEvent): readonly JsonValue[] {
  for (let i = 0; i < paths.length; i++) {
    const found = readPath(paths[i]!, event);
    if (found.length > 0) return found;
  }
  return NOTHING;
}

/** Pairs of a key and a value, as parallel lists. */
export interface Pairs {
  readonly keys: JsonValue[];
  readonly values: JsonValue[];
}

/**
 * Prepared reading of values with their `by` keys. Of each side the first path present counts.
 * Where both walk the same list(s), key and value come from the same element; lists that only one
 * of them walks combine with everything of the other.
 */
export class PairReader {
  /** [value path][by path] → how many leading steps they share, up to the last shared `[]`. */
  private readonly shared: readonly (readonly number[])[];

  constructor(
    private readonly values: readonly Path[],
    private readonly by: readonly Path[],
  ) {
    this.shared = values.map((value) => by.map((key) => sharedSteps(value, key)));
  }

  read(event: Roots): Pairs | null {
    const value = firstIndex(this.values, event);
    if (value < 0) return null;
    const key = firstIndex(this.by, event);
    if (key < 0) return null;
    const pairs: Pairs = { keys: [], values: [] };
    const valuePath = this.values[value]!;
    const keyPath = this.by[key]!;
    const shared = this.shared[value]![key]!;
    if (shared === 0) {
      combine(readPath(keyPath, event), readPath(valuePath, event), pairs);
      return pairs;
    }
    const elements: JsonValue[] = [];
    collect(event[valuePath.root], valuePath.steps, 0, shared, elements);
    for (let i = 0; i < elements.length; i++) {
      const keys: JsonValue[] = [];
      collect(elements[i], keyPath.steps, shared, keyPath.steps.length, keys);
      if (keys.length === 0) continue;
      const values: JsonValue[] = [];
      collect(elements[i], valuePath.steps, shared, valuePath.steps.length, values);
      combine(keys, values, pairs);
    }
    return pairs;
  }
}

function combine(keys: readonly JsonValue[], values: readonly JsonValue[], into: Pairs): void {
  for (let k = 0; k < keys.length; k++) {
    for (let v = 0; v < values.length; v++) {
      if (into.keys.length >= CONTRIBUTIONS_MAX) return;
      into.keys.push(keys[k]!);
      into.values.push(values[v]!);
    }
  }
}

function firstIndex(paths: readonly Path[], event: Roots): number {
  if (paths.length === 1) return 0;
  for (let i = 0; i < paths.length; i++) {
    if (readPath(paths[i]!, event).length > 0) return i;
  }
  return -1;
}

function sharedSteps(a: Path, b: Path): number {
  if (a.root !== b.root) return 0;
  let shared = 0;
  for (let i = 0; i < a.steps.length && i < b.steps.length; i++) {
    const left = a.steps[i]!;
    const right = b.steps[i]!;
    if (left.key !== right.key || left.each !== right.each) break;
    if (left.each) shared = i + 1;
  }
  return shared;
}

/**
 * Walks steps `from` to `to` (exclusive). Whole paths collect what is present; parts of a path
 * (`to` before the end) collect the elements, whatever they are.
 */
function collect(
  node: JsonValue | undefined,
  steps: readonly PathStep[],
  from: number,
  to: number,
  out: JsonValue[],
): void {
  let at = node;
  for (let i = from; i < to; i++) {
    const step = steps[i]!;
    at = ownValue(at, step.key);
    if (at === undefined) return;
    if (step.each) {
      if (!Array.isArray(at)) return;
      for (let e = 0; e < at.length; e++) collect(at[e], steps, i + 1, to, out);
      return;
    }
  }
  if (at !== undefined && (to < steps.length || isPresent(at))) out.push(at);
}

function ownValue(node: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
  return Object.hasOwn(node, key) ? (node as JsonObject)[key] : undefined;
}

function isPresent(node: JsonValue | undefined): boolean {
  if (node === undefined || node === null) return false;
  return typeof node !== 'object' || Array.isArray(node);
}
