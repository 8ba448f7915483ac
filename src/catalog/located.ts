// Values of a catalog that know where they were written: every fault needs a position.

import type { Scalar } from 'yaml';
import type { FileText } from './file-text.ts';
import { scalarOffset } from './scalar-offsets.ts';

/** A value with the place where it was written. */
export interface Located {
  readonly file: FileText;
  /** E.g. `offers.welcome.caps[0].max`. */
  readonly path: string;
  /** Where the value starts. */
  readonly offset: number;
  /** Where its key starts; the value's start for list items. */
  readonly keyOffset: number;
  /** Plain JSON: null, boolean, number, string, array, object. */
  readonly value: unknown;
  readonly entries: ReadonlyMap<string, Located> | null;
  readonly items: readonly Located[] | null;
  /** Entries whose key was there before, in their order; null for none. */
  readonly again: readonly (readonly [key: string, entry: Located])[] | null;
  readonly scalar: Scalar | null;
}

/** A map that has these parts and nothing else, at the place of a node. */
export function withParts(node: Located, parts: Readonly<Record<string, Located>>): Located {
  const entries = new Map(Object.entries(parts));
  const value = Object.fromEntries([...entries].map(([key, part]) => [key, part.value]));
  return { ...node, value, entries };
}

/** The offset in the file of a character of a string value. */
export function offsetIn(node: Located, index: number): number {
  const { scalar, value } = node;
  if (scalar?.range == null || typeof value !== 'string') return node.offset;
  const [start, end] = scalar.range;
  return scalarOffset(node.file.text, start, end, scalar.type, value, index);
}
