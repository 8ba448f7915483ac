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
import { atOnce, type Sliced } from '../model/sliced.ts';
import { type FaultList, quote } from './fault.ts';
import { FileText, type SourceFile } from './file-text.ts';
import type { Located } from './located.ts';
import { entriesOf } from './map-entries.ts';
import { parsingMended } from './mend-yaml.ts';
import { anchoredNodes } from './yaml-anchors.ts';
import { aliasMessage, numberMessage } from './yaml-messages.ts';
import { YamlProblems } from './yaml-problems.ts';

/** Nesting allowed in a catalog. */
export const DEPTH_MAX = 32;
/** Values in one file, after anchors are resolved. */
export const NODES_MAX = 200_000;
const TOO_MANY = `more than ${NODES_MAX} values, anchors resolved`;

interface Build {
  readonly file: FileText;
  readonly anchored: ReadonlyMap<Alias, Node>;
  readonly faults: FaultList;
  readonly problems: YamlProblems;
  nodes: number;
}

/** Parses one file; null when it is empty or no YAML map at all (then there are faults). */
export function parseYaml(source: SourceFile, faults: FaultList): Located | null {
  return atOnce(parsingYaml(source, faults));
}

/** As `parseYaml`, in pieces. */
export function* parsingYaml(source: SourceFile, faults: FaultList): Sliced<Located | null> {
  const known = faults.size;
  const file = new FileText(source.path, source.text);
  const mended = yield* parsingMended(file, NODES_MAX);
  const { document, cut } = mended;
  if (cut === 'values') {
    faults.add(file, 0, '', TOO_MANY);
    return null;
  }
  const problems = new YamlProblems(mended, file, faults);
  const b: Build = {
    file,
    anchored: anchoredNodes(document, source.text),
    faults,
    problems,
    nodes: 0,
  };
  const contents = document.contents as Node | null;
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  const root = empty ? null : yield* building(b, contents, '', 0, 0);
  problems.report(root);
  // What was left unread must not pass for a whole file.
  if (cut !== null && faults.size === known) faults.add(file, 0, '', 'not valid YAML');
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

/** Levels that are built in pieces: sections, and their entries. */
const PIECES_DEPTH = 2;

/** As `build`, with a pause after each entry of a section. */
function* building(
  b: Build,
  node: unknown,
  path: string,
  keyOffset: number,
  depth: number,
): Sliced<Located> {
  if (!isMap(node) || depth >= PIECES_DEPTH || b.nodes >= NODES_MAX) {
    return build(b, node, path, keyOffset, depth);
  }
  b.nodes++;
  b.problems.refuseTag(node, path);
  const map = openMap(b, node, path, keyOffset);
  for (const entry of entriesOf(b.file, node, map, b.faults)) {
    add(map, entry.key, yield* building(b, entry.node, entry.path, entry.offset, depth + 1));
    yield;
  }
  return closeMap(map);
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
      b.faults.add(b.file, at, path, TOO_MANY);
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
  if (isMap(node)) return buildMap(b, node, path, keyOffset, depth);
  if (isSeq(node)) return buildList(b, node, leaf(null), depth);
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

/** A map while its entries are built. */
interface OpenMap {
  readonly file: FileText;
  readonly path: string;
  readonly offset: number;
  readonly keyOffset: number;
  readonly entries: Map<string, Located>;
  readonly again: [string, Located][];
}

function openMap(b: Build, node: YAMLMap, path: string, keyOffset: number): OpenMap {
  const offset = node.range?.[0] ?? keyOffset;
  return { file: b.file, path, offset, keyOffset, entries: new Map(), again: [] };
}

function buildMap(
  b: Build,
  node: YAMLMap,
  path: string,
  keyOffset: number,
  depth: number,
): Located {
  const map = openMap(b, node, path, keyOffset);
  for (const entry of entriesOf(b.file, node, map, b.faults)) {
    add(map, entry.key, build(b, entry.node, entry.path, entry.offset, depth + 1));
  }
  return closeMap(map);
}

function add({ entries, again }: OpenMap, key: string, built: Located): void {
  if (entries.has(key)) again.push([key, built]);
  else entries.set(key, built);
}

function closeMap({ file, path, offset, keyOffset, entries, again }: OpenMap): Located {
  const value: Record<string, unknown> = {};
  for (const [key, entry] of entries) value[key] = entry.value;
  return {
    file,
    path,
    offset,
    keyOffset,
    value,
    entries,
    items: null,
    again: again.length === 0 ? null : again,
    scalar: null,
  };
}

function buildList(b: Build, node: YAMLSeq, base: Located, depth: number): Located {
  const items = node.items.map((item, index) => {
    const offset = (item as Node | null)?.range?.[0] ?? base.offset;
    return build(b, item, `${base.path}[${index}]`, offset, depth + 1);
  });
  return { ...base, value: items.map((item) => item.value), items };
}
