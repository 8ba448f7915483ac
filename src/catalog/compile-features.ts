// Features: declared first (slot, kind, type), compiled once all names are known.

import type { FeatureDefinition, FeatureKind, FeatureType, Path } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import type { Condition, Expression } from '../model/value.ts';
import { soundPart } from './check-shape.ts';
import { type CompileContext, sourceOf } from './compile-context.ts';
import type { DeclaredFeature } from './declarations.ts';
import { definitionId } from './definition-id.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import type { Sections } from './merge-files.ts';
import { checkName } from './names.ts';
import { parsePaths } from './parse-path.ts';
import { parseSelector, parseSelectorKeys, SELECTS_NOTHING } from './parse-selector.ts';
import { OF_EVENT } from './reach.ts';
import { FEATURE_KINDS, FEATURE_SHAPES } from './shapes/feature-shapes.ts';
import { suggest } from './suggest.ts';

/** Keys that a feature keeps when it does not say; for `distinct`, values. */
const KEEP_DEFAULT = 100;
const KEEP_DISTINCT_DEFAULT = 256;

const TYPES: Readonly<Record<FeatureKind, FeatureType>> = {
  count: 'number',
  sum: 'number',
  min: 'number',
  max: 'number',
  mean: 'number',
  first: 'time',
  last: 'time',
  latest: 'dyn',
  distinct: 'number',
  recent: 'list',
  affinity: 'number',
  // Seconds: the mean between two events.
  interval: 'number',
  days: 'number',
  trend: 'number',
  formula: 'dyn',
};

/** Kinds whose own key selects the events; the others have paths there and events in `of`. */
export const SELECTING: ReadonlySet<FeatureKind> = new Set([
  ...(['count', 'first', 'last', 'interval', 'days', 'trend'] as const),
]);

/** The features' names, kinds and types. */
export function declareFeatures(
  sections: Sections,
  faults: FaultList,
): Map<string, DeclaredFeature> {
  const features = new Map<string, DeclaredFeature>();
  for (const [name, node] of sections.maps.features) {
    // Declared under a bad name too: what refers to it is not wrong as well.
    checkName(name, node, faults, true);
    const kind = kindOf(node, faults);
    const keyed = kind === 'affinity' || node.entries?.has('by') === true;
    const type = kind === null ? 'dyn' : TYPES[kind];
    features.set(name, { slot: features.size, name, node, kind, type, keyed });
  }
  return features;
}

function kindOf(node: Located, faults: FaultList): FeatureKind | null {
  const keys = [...(node.entries?.keys() ?? [])];
  const kinds = FEATURE_KINDS.filter((kind) => keys.includes(kind));
  if (kinds.length === 1) return kinds[0]!;
  const expected = `one of ${FEATURE_KINDS.join(', ')}`;
  if (kinds.length > 1) {
    const found = kinds.join(' and ');
    faults.at(node, `found ${found} in one feature, expected ${expected}`, { found, expected });
    return null;
  }
  const others = ['of', 'by', 'where', 'window', 'keep', 'half_life'];
  const misspelt = keys.find((key) => !others.includes(key) && suggest(key, FEATURE_KINDS));
  const at = misspelt === undefined ? node : node.entries!.get(misspelt)!;
  const found = misspelt ?? (keys.length === 0 ? quote(node.value) : keys.join(', '));
  faults.at(at, `found ${found}, expected what to remember: ${expected}`, {
    found,
    expected,
    offset: misspelt === undefined ? node.offset : at.keyOffset,
    suggestion: misspelt === undefined ? null : suggest(misspelt, FEATURE_KINDS),
  });
  return null;
}

/** A stored feature; formulas get their expression from `compileDerived`. */
export function compileFeature(
  feature: DeclaredFeature,
  context: CompileContext,
  formula: Expression | null,
): FeatureDefinition | null {
  const { kind, name, slot, type } = feature;
  const { faults, timezone } = context;
  const sound = kind === null ? null : soundPart(FEATURE_SHAPES[kind], feature.node, faults);
  if (kind === null || sound === null) return null;
  const { node } = sound;
  const own = node.entries!.get(kind)!;
  const of = node.entries!.get('of');
  const weighted = kind === 'affinity' && of?.entries != null;
  let on = SELECTS_NOTHING;
  let value: readonly Path[] | null = [];
  if (SELECTING.has(kind)) on = parseSelector(own, faults);
  else if (kind !== 'formula') {
    on = weighted ? parseSelectorKeys(of, faults) : of ? parseSelector(of, faults) : on;
    value = parsePaths(own, faults);
  }
  const byNode = node.entries!.get('by');
  const by = byNode === undefined ? null : parsePaths(byNode, faults);
  const keepNode = node.entries!.get('keep');
  if (keepNode !== undefined && !feature.keyed && kind !== 'distinct' && kind !== 'recent') {
    faults.at(keepNode, '`keep` needs `by`: there is nothing else to keep', {
      offset: keepNode.keyOffset,
    });
  }
  const whereNode = node.entries!.get('where');
  const where: Condition | null = context.condition(whereNode, OF_EVENT)?.run ?? null;
  if (value === null) return null;
  const stored = {
    kind,
    on,
    value,
    by,
    where: whereNode === undefined ? null : sourceOf(whereNode),
    windowMs: msOf(node.entries!.get('window')),
    halfLifeMs: msOf(node.entries!.get('half_life')) ?? 0,
    weights: weighted ? weightsOf(of!) : NO_WEIGHTS,
    keep: (keepNode?.value as number | undefined) ?? defaultKeep(kind),
    timezone,
  };
  const { windowMs, halfLifeMs, weights, keep } = stored;
  return {
    slot,
    name,
    id: definitionId(stored),
    kind,
    type,
    on,
    value,
    by,
    where,
    windowMs,
    halfLifeMs,
    weights,
    keep,
    formula,
  };
}

const NO_WEIGHTS: ReadonlyMap<string, number> = new Map();

/** Weight per event name, `*` for all others; none given = 1 each, which an empty map says. */
function weightsOf(of: Located): ReadonlyMap<string, number> {
  return new Map([...of.entries!].map(([name, entry]) => [name, entry.value as number]));
}

function defaultKeep(kind: FeatureKind): number {
  return kind === 'distinct' ? KEEP_DISTINCT_DEFAULT : KEEP_DEFAULT;
}

function msOf(node: Located | undefined): number | null {
  return node === undefined ? null : durationMs(node.value as string);
}
