import { type Alias, type Document, type Node, visit } from 'yaml';

/** `*name` where a value may begin. Few files have any, and a walk through all nodes takes time. */
const MAY_HAVE_ALIAS = /(?:^|[\s[{,:?-])\*\S/;
const NONE: ReadonlyMap<Alias, Node> = new Map();

/**
 * What every alias of a document stands for: the last node before it with that anchor; absent where
 * there is none. One walk for all of them: the parser's own `resolve` walks the document again for
 * each, and 60,000 aliases, which are 300 kB, took minutes.
 */
export function anchoredNodes(document: Document, text: string): ReadonlyMap<Alias, Node> {
  if (!MAY_HAVE_ALIAS.test(text)) return NONE;
  const anchors = new Map<string, Node>();
  const found = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const node = anchors.get(alias.source);
      if (node !== undefined) found.set(alias, node);
    },
    Value(_, node) {
      // An anchor may be given again: from here on it means this node.
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return found;
}
