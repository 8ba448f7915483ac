// Texts that lack quotes, and what YAML makes of them: parts of them become keys. Here they are found
// again, so that the rest of the file reads as its author meant it.

import { isMap, isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Places } from './fault.ts';

/** What to do about a text that was cut at a comma. */
export const CUT_TEXT = 'write ":" after a name, put quotes around a text with a comma in it';

/** `{ formula: or(a, 0) }` without quotes: to YAML the text ends at the comma, and `0)` is a key. */
export function isCutText({ flow, items }: YAMLMap, index: number): boolean {
  const before = items[index - 1]?.value;
  return (
    flow === true && items[index]!.value === null && isScalar(before) && before.type === 'PLAIN'
  );
}

/**
 * The entries of a map. Of `c: a ? b : d` YAML makes a map within `c`, and puts what stands in the
 * lines below `c` into it: those entries are given back to the map that `c` is in. The text itself
 * already is a fault of the parser's.
 */
export function pairsAsMeant(map: YAMLMap, file: Places): readonly Pair[] {
  if (map.flow === true) return map.items;
  const pairs: Pair[] = [];
  for (const pair of map.items) {
    pairs.push(pair);
    const { value } = pair;
    if (!isMap(value) || value.flow === true || lineOf(value, file) !== lineOf(pair.key, file)) {
      continue;
    }
    pairs.push(...pairsAsMeant(value, file).filter((inner) => inner !== value.items[0]));
    value.items.length = 1;
  }
  return pairs;
}

function lineOf(node: unknown, file: Places): number {
  return file.position((node as Node | null)?.range?.[0] ?? 0).line;
}
