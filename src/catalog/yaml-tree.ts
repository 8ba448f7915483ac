// YAML text → a tree of plain values that know where they were written. We build it ourselves from
// the parser's nodes, because every later fault needs a position, and because that bounds what
// anchors can multiply and how deep things nest.

import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { type FaultList, quote } from './fault.ts';
import { FileText, type SourceFile } from './file-text.ts';
import type { Located } from './located.ts';
import { parseMended } from './mend-yaml.ts';
import { anchoredNodes } from './yaml-anchors.ts';
import { aliasMessage, numberMessage } from './yaml-messages.ts';
import { YamlProblems } from './yaml-problems.ts';

/** Nesting allowed in a catalog. */
export const DEPTH_MAX = 32;
/** Values in one file, after anchors are resolved. */
export const NODES_MAX = 200_000;

interface Build {
  readonly file: FileText;
  readonly anchored: ReadonlyMap<Alias, Node>;
  readonly faults: FaultList;
  readonly problems: YamlProblems;
  nodes: number;
}

/** Parses one file; null when it is empty or no YAML map at all (then there are faults). */
export function parseYaml(source: SourceFile, faults: FaultList): Located | null {
  const file = new FileText(source.path, source.text);
  const mended = parseMended(file);
  const { document } = mended;
  const problems = new YamlProblems(mended, file, faults);
  const b: Build = { file, anchored: anchoredNodes(document), faults, problems, nodes: 0 };
  const contents = document.contents as Node | null;
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  const root = empty ? null : build(b, contents, '', 0, 0);
  problems.report(root);
  if (root === null) return null;
  if (root.entries === null) {
    faults.at(root, `found ${quote(root.value)}, expected a map of sections`, {
      found: quote(root.value),
      expected: 'a map of sections',
    });
    return null;
  }
  return root;
}

function build(b: Build, node: unknown, path: string, keyOffset: number, depth: number): Located {
  const at = (node as Node | null)?.range?.[0] ?? keyOffset;
  const leaf = (value: unknown, scalar: Scalar | null = null): Located => ({
    file: b.file,
    path,
    offset: at,
    keyOffset,
    value,
    entries: null,
    items: null,
    again: null,
    scalar,
  });
  if (++b.nodes > NODES_MAX) {
    if (b.nodes === NODES_MAX + 1) {
      b.faults.add(b.file, at, path, `more than ${NODES_MAX} values, anchors resolved`);
    }
    return leaf(null);
  }
  if (depth > DEPTH_MAX) {
    b.faults.add(b.file, at, path, `nested deeper than ${DEPTH_MAX} levels`);
    return leaf(null);
  }
  if (isAlias(node)) {
    const target = b.anchored.get(node);
    if (target !== undefined) return build(b, target, path, keyOffset, depth + 1);
    b.faults.misreads(b.file, at, path, aliasMessage(node.source));
    return leaf(null);
  }
  if (!isNode(node)) return leaf(null);
  const tag = b.problems.refuseTag(node, path);
  if (isMap(node)) return buildMap(b, node, leaf, depth);
  if (isSeq(node)) return buildList(b, node, leaf, depth);
  if (!isScalar(node)) return leaf(null);
  // Read on with what was meant, so that this stays the only fault.
  if (tag !== null) return leaf(b.problems.meantByTag(tag, node));
  const { value } = node;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    b.faults.misreads(b.file, at, path, `found ${node.source}, expected a finite number`);
    return leaf(null, node);
  }
  if (typeof value === 'number' && TREATMENT.test(path) && !keepsItsText(value, node.source)) {
    b.faults.add(b.file, at, path, numberMessage(node.source!, value), { found: node.source! });
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    return leaf(value, node);
  }
  const message = `found ${node.source}, expected text, a number or true/false`;
  b.faults.misreads(b.file, at, path, message);
  return leaf(null, node);
}

/** What customers see: a code, a bar code or a telephone number there is a text. */
const TREATMENT = /^offers\.[^.]+\.treatments\./;

/** Whether a number has all digits and signs of its text: `0012`, `+86` and `0x1F` do not. */
function keepsItsText(value: number, source = ''): boolean {
  const written = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.exec(source);
  if (written === null) return false;
  return written[1] !== undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

type Leaf = (value: unknown, scalar?: Scalar | null) => Located;

function buildMap(b: Build, node: YAMLMap, leaf: Leaf, depth: number): Located {
  const base = leaf(null);
  const entries = new Map<string, Located>();
  const again: [string, Located][] = [];
  for (const [index, pair] of node.items.entries()) {
    const offset = (pair.key as Node | null)?.range?.[0] ?? base.offset;
    const key = keyText(pair.key);
    if (key === null || key === '__proto__') {
      const template = isMap(pair.key) && b.file.text.startsWith('{{', offset - 1);
      const message = template
        ? 'found {{ without quotes: put quotes around the whole text'
        : 'found a key that is no plain text, expected a name';
      b.faults.add(b.file, template ? offset - 1 : offset, base.path, message);
      continue;
    }
    const path = base.path === '' ? key : `${base.path}.${key}`;
    if (key === '<<') {
      b.faults.misreads(b.file, offset, path, MERGE_KEY, { found: key }, { path: base.path });
      continue;
    }
    const valueless = pair.value === null;
    if (/^\w+:[{[]/.test(key) || (valueless && /^[a-z_]+:[^\s:/]/.test(key))) {
      const message = `found ${quote(key)}, expected a space after ":"`;
      const spoilt = { path: valueless ? base.path : path };
      b.faults.misreads(b.file, offset, path, message, { found: key }, spoilt);
      if (valueless) continue;
    }
    if (isCutText(node, index)) {
      const message = `${quote(key)} has no value: ${CUT_TEXT}`;
      b.faults.misreads(b.file, offset, path, message, { found: key }, { path: base.path });
      continue;
    }
    const earlier = entries.get(key);
    if (earlier !== undefined) {
      const { line } = b.file.position(earlier.keyOffset);
      b.faults.add(b.file, offset, path, `"${key}" is defined twice, first in line ${line}`, {
        found: key,
      });
      again.push([key, build(b, pair.value, path, offset, depth + 1)]);
      continue;
    }
    entries.set(key, build(b, pair.value, path, offset, depth + 1));
  }
  const value: Record<string, unknown> = {};
  for (const [key, entry] of entries) value[key] = entry.value;
  return { ...base, value, entries, again: again.length === 0 ? null : again };
}

function buildList(b: Build, node: YAMLSeq, leaf: Leaf, depth: number): Located {
  const base = leaf(null);
  const items = node.items.map((item, index) => {
    const offset = (item as Node | null)?.range?.[0] ?? base.offset;
    return build(b, item, `${base.path}[${index}]`, offset, depth + 1);
  });
  return { ...base, value: items.map((item) => item.value), items };
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
