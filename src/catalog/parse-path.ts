// `properties.products[].brand` → a root of the event and steps.

import type { Path, PathStep } from '../model/catalog.ts';
import type { FaultList } from './fault.ts';
import { type Located, offsetIn } from './located.ts';
import { suggest } from './suggest.ts';

const ROOTS = ['properties', 'traits', 'context'] as const;
/** Steps of one path: deeper than any body that is accepted. */
const STEPS_MAX = 16;
const EXPECTED = 'a path such as properties.total or properties.products[].brand';

/** The path a node spells; null after a fault. */
export function parsePath(node: Located, faults: FaultList): Path | null {
  const text = node.value as string;
  const [root = '', ...rest] = text.split('.');
  if (!isRoot(root)) {
    faults.at(node, `found "${text}", expected ${EXPECTED}`, {
      found: text,
      expected: `a path from ${ROOTS.join(', ')}`,
      suggestion: meant(root, rest),
    });
    return null;
  }
  const steps: PathStep[] = [];
  let offset = root.length + 1;
  for (const written of rest) {
    const each = written.endsWith('[]');
    const key = each ? written.slice(0, -2) : written;
    if (key === '' || key !== key.trim() || /[[\]]/.test(key)) {
      faults.at(node, `found "${text}", expected ${EXPECTED}`, {
        found: text,
        expected: EXPECTED,
        offset: offsetIn(node, offset),
        suggestion: /\[\d+\]/.test(text) ? text.replace(/\[\d+\]/g, '[]') : null,
      });
      return null;
    }
    steps.push({ key, each });
    offset += written.length + 1;
  }
  if (steps.length === 0 || steps.length > STEPS_MAX) {
    faults.at(node, `found "${text}", expected ${EXPECTED}`, { found: text, expected: EXPECTED });
    return null;
  }
  return { root, steps, text };
}

/** One path or a list of them; null after a fault in any. */
export function parsePaths(node: Located, faults: FaultList): readonly Path[] | null {
  const nodes = node.items ?? [node];
  const parsed = nodes.map((item) => parsePath(item, faults));
  return parsed.every((path) => path !== null) ? (parsed as Path[]) : null;
}

/** What was perhaps meant: `event.properties.x` as expressions have it, a bare `x`, a misspelling. */
function meant(root: string, rest: readonly string[]): string | null {
  if (root === 'event' && isRoot(rest[0] ?? '')) return rest.join('.');
  const near = suggest(root, ROOTS);
  if (near !== null && rest.length > 0) return [near, ...rest].join('.');
  return /^\w+(\[\])?$/.test(root) ? ['properties', root, ...rest].join('.') : null;
}

function isRoot(text: string): text is Path['root'] {
  return (ROOTS as readonly string[]).includes(text);
}
