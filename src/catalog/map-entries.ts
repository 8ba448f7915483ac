// The keys of a YAML map that may stand in a catalog. What YAML takes for a key and nobody means as one
// is a fault, and what it spoils is left out.

import { isMap, isScalar, type Node, type Scalar, type YAMLMap } from 'yaml';
import { type FaultList, quote } from './fault.ts';
import type { FileText } from './file-text.ts';
import type { Located } from './located.ts';
import { plainNumber } from './meant-number.ts';
import { curlyMessage } from './yaml-messages.ts';

/** A key that may stand there, with its value yet to be built. */
export interface Entry {
  readonly key: string;
  readonly node: unknown;
  readonly path: string;
  readonly offset: number;
}

/** The entries of a map; each must be added before the next is asked for. */
export function* entriesOf(
  file: FileText,
  node: YAMLMap,
  map: Pick<Located, 'path' | 'offset'> & { readonly entries: ReadonlyMap<string, Located> },
  faults: FaultList,
): Generator<Entry> {
  for (const [index, pair] of node.items.entries()) {
    const offset = (pair.key as Node | null)?.range?.[0] ?? map.offset;
    const key = keyText(pair.key);
    if (key === null || key === '__proto__') {
      const template = isMap(pair.key) && file.text.startsWith('{{', offset - 1);
      const message = template
        ? 'found {{ without quotes: put quotes around the whole text'
        : 'found a key that is no plain text, expected a name';
      faults.add(file, template ? offset - 1 : offset, map.path, message);
      continue;
    }
    const path = map.path === '' ? key : `${map.path}.${key}`;
    if (key === '<<') {
      faults.misreads(file, offset, path, MERGE_KEY, { found: key }, { path: map.path });
      continue;
    }
    const valueless = pair.value === null;
    if (/^\w+:[{[]/.test(key) || (valueless && /^[a-z_]+:[^\s:/]/.test(key))) {
      const message = `found ${quote(key)}, expected a space after ":"`;
      const spoilt = { path: valueless ? map.path : path };
      faults.misreads(file, offset, path, message, { found: key }, spoilt);
      if (valueless) continue;
    }
    if (isCutText(node, index)) {
      const before = node.items[index - 1]!;
      const start = (before.value as Scalar).source ?? '';
      const suggestion = plainNumber(`${start},${key}`);
      const clear =
        suggestion === null
          ? curlyMessage(start)
          : `found ${start},${key}: a number has no comma in it, such as 1000 or 1.5`;
      const message = clear ?? `${quote(key)} has no value: ${CUT_TEXT}`;
      // What is clear is told where the text begins.
      const at = clear === null ? offset : ((before.value as Scalar).range?.[0] ?? offset);
      const whose = clear === null ? path : `${map.path}.${keyText(before.key)}`;
      faults.misreads(file, at, whose, message, { found: key, suggestion }, { path: map.path });
      continue;
    }
    const earlier = map.entries.get(key);
    if (earlier !== undefined) {
      const { line } = file.position(earlier.keyOffset);
      faults.add(file, offset, path, `"${key}" is defined twice, first in line ${line}`, {
        found: key,
      });
    }
    yield { key, node: pair.value, path, offset };
  }
}

const MERGE_KEY = 'merge keys (<<) are not supported: write what they stand for';
const CUT_TEXT = 'write ":" after a name, put quotes around a text with a comma in it';

/** `{ formula: or(a, 0) }` without quotes: to YAML the text ends at the comma, and `0)` is a key. */
function isCutText({ flow, items }: YAMLMap, index: number): boolean {
  const before = items[index - 1]?.value;
  return (
    flow === true && items[index]!.value === null && isScalar(before) && before.type === 'PLAIN'
  );
}

/** Keys are text whatever YAML takes them for: `404:` is the event named 404. */
function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? null;
}
