// What the files of a catalog define, as plain values: read as far as they can be, never compiled. A
// version that another build published may hold what this one does not know, and is compared all the
// same.

import { FaultList } from '../catalog/fault.ts';
import type { SourceFile } from '../catalog/file-text.ts';
import type { Located } from '../catalog/located.ts';
import { parseYaml } from '../catalog/yaml-tree.ts';

/** Of one catalog. Values are plain JSON. */
export interface Definitions {
  /** Sections that are one value each. */
  readonly headers: ReadonlyMap<string, unknown>;
  /** Sections that are maps from names, in definition order: files by path, then as written. */
  readonly maps: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  /** Sections that are lists, those of all files together. */
  readonly lists: ReadonlyMap<string, readonly unknown[]>;
}

/** Reads files once, however many versions have them. */
export class DefinitionReader {
  private readonly roots = new Map<string, Located | null>();

  /** Of what is defined twice, the first counts. */
  read(files: readonly SourceFile[]): Definitions {
    const headers = new Map<string, unknown>();
    const maps = new Map<string, Map<string, unknown>>();
    const lists = new Map<string, unknown[]>();
    for (const file of [...files].sort(byPath)) {
      for (const [section, { value, entries, items }] of this.rootOf(file)?.entries ?? []) {
        if (entries !== null) {
          const into = maps.get(section) ?? new Map<string, unknown>();
          maps.set(section, into);
          for (const [name, entry] of entries) {
            if (!into.has(name)) into.set(name, entry.value);
          }
        } else if (items !== null) {
          const into = lists.get(section) ?? [];
          lists.set(section, into);
          for (const item of items) into.push(item.value);
          // `tests:` with nothing below it is an empty section, not a value.
        } else if (value !== null && !headers.has(section)) headers.set(section, value);
      }
    }
    return { headers, maps, lists };
  }

  private rootOf({ path, text }: SourceFile): Located | null {
    const known = this.roots.get(text);
    if (known !== undefined) return known;
    const root = parseYaml({ path, text }, new FaultList());
    this.roots.set(text, root);
    return root;
  }
}

function byPath(a: SourceFile, b: SourceFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
