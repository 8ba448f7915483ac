// The details of one change: lines that say what became of each part of a definition.

import { canonicalJson } from '../catalog/canonical-json.ts';
import { sayChange, sayValue, type TextStyle } from './say-value.ts';

/** Lines kept of one definition; what more there is, is counted in the last. */
export const DETAILS_MAX = 20;

export class Details {
  private readonly kept: string[] = [];
  private more = 0;

  add(line: string): void {
    if (this.kept.length < DETAILS_MAX) this.kept.push(line);
    else this.more++;
  }

  /** What became of one value; `undefined` = it is not there. Says nothing where both are equal. */
  compare(label: string, from: unknown, to: unknown, style: TextStyle): void {
    if (isSame(from, to)) return;
    if (from === undefined) this.add(`${label} added: ${sayValue(to, style)}`);
    else if (to === undefined) this.add(`${label} removed: ${sayValue(from, style)}`);
    else this.add(`${label} ${sayChange(from, to, style)}`.trimStart());
  }

  /**
   * What became of the parts of a value, however deep its maps are: `treatment web_popup: title …`.
   * @param label stands in front, with a colon where a part of it is meant
   */
  compareDeep(label: string, from: unknown, to: unknown, style: TextStyle): void {
    if (isMap(from) && isMap(to)) this.compareParts(`${label}: `, '', from, to, style);
    else this.compare(label, from, to, style);
  }

  lines(): readonly string[] {
    return this.more === 0 ? this.kept : [...this.kept, `… and ${this.more} more`];
  }

  private compareParts(label: string, path: string, from: Entries, to: Entries, style: TextStyle) {
    for (const key of keysOf(from, to)) {
      const [a, b] = [own(from, key), own(to, key)];
      const at = path === '' ? key : `${path}.${key}`;
      if (isMap(a) && isMap(b)) this.compareParts(label, at, a, b, style);
      else this.compare(`${label}${at}`, a, b, style);
    }
  }
}

/** A map of a catalog. */
export type Entries = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Entries {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A part of a map, undefined where it has none: a catalog may name things `constructor`. */
export function own(map: Entries, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Whether two values mean the same: the order of a map's keys means nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return canonicalJson(a) === canonicalJson(b);
}

/** Keys of both, those of the later first. */
export function keysOf(from: Entries, to: Entries): readonly string[] {
  return [...new Set([...Object.keys(to), ...Object.keys(from)])];
}
