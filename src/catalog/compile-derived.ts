// Formulas and segments refer to each other. Their first compilation only shows what each reads;
// then cycles are found, formulas are compiled again in an order in which the types of what they
// read are known, and what segments read is followed down to stored features.

import type { FeatureType, SegmentDefinition } from '../model/catalog.ts';
import type { Sliced } from '../model/sliced.ts';
import type { Condition, Expression } from '../model/value.ts';
import { type CompileContext, sourceOf } from './compile-context.ts';
import type { DeclaredFeature, DeclaredSegment } from './declarations.ts';
import type { Located } from './located.ts';
import { OF_STATE } from './reach.ts';

/**
 * Formulas and segments that may be read through one another. Each is computed within the one that
 * reads it: a chain of thousands overflowed the stack at every event, and so did one of 100 whose
 * expressions are nested as deep as they may be.
 */
export const CHAIN_MAX = 50;

/** A formula or a segment, with what it reads directly. */
export interface Derived {
  /** `segment vip`, `feature points` */
  readonly label: string;
  readonly node: Located;
  /** As written; of a group `member: condition` each. */
  readonly sources: readonly string[];
  readonly feature: DeclaredFeature | null;
  readonly storedSlots: ReadonlySet<number>;
  readonly readsTraits: boolean;
  /** Labels of formulas and segments it reads. */
  readonly reads: readonly string[];
}

export interface CompiledDerived {
  /** By label. */
  readonly derived: ReadonlyMap<string, Derived>;
  /** By slot. */
  readonly formulas: ReadonlyMap<number, Expression>;
  readonly segments: readonly SegmentDefinition[];
}

/** A pause after each formula and segment. */
export function* compilingDerived(context: CompileContext): Sliced<CompiledDerived> {
  const features = [...context.declared.features.values()];
  const segments = [...context.declared.segments.values()];
  const derived = new Map<string, Derived>();
  for (const feature of features) {
    const node = formulaNode(feature);
    if (node === null) continue;
    const found = inspect(`feature ${feature.name}`, node, [node], feature, context);
    derived.set(found.label, found);
    yield;
  }
  for (const segment of segments) {
    const conditions = segment.members === null ? [segment.node] : [...segment.members.values()];
    const label = `segment ${segment.name}`;
    derived.set(label, inspect(label, segment.node, conditions, null, context));
    yield;
  }
  const order = inOrder(derived, context);
  const formulas = new Map<number, Expression>();
  for (const { feature } of order) {
    yield;
    if (feature === null) continue;
    const compiled = context.expression(formulaNode(feature)!, OF_STATE);
    if (compiled === null) continue;
    formulas.set(feature.slot, compiled.run);
    feature.type = featureTypeOf(compiled.type);
  }
  const compiled: SegmentDefinition[] = [];
  for (const segment of segments) {
    compiled.push(compileSegment(segment, derived, context));
    yield;
  }
  return { derived, formulas, segments: compiled };
}

function formulaNode(feature: DeclaredFeature): Located | null {
  const node = feature.kind === 'formula' ? feature.node.entries?.get('formula') : undefined;
  return node === undefined || node.entries !== null || node.items !== null ? null : node;
}

function inspect(
  label: string,
  node: Located,
  sources: readonly Located[],
  feature: DeclaredFeature | null,
  context: CompileContext,
): Derived {
  const bySlot = [...context.declared.features.values()];
  const byIndex = [...context.declared.segments.values()];
  const storedSlots = new Set<number>();
  const reads = new Set<string>();
  let readsTraits = false;
  for (const source of sources) {
    const probed = context.probe(source, OF_STATE)?.reads;
    if (probed === undefined) continue;
    readsTraits ||= probed.traits || probed.consent;
    for (const slot of probed.featureSlots) {
      const read = bySlot[slot]!;
      if (read.kind === 'formula') reads.add(`feature ${read.name}`);
      else storedSlots.add(slot);
    }
    for (const index of probed.segmentIndexes) reads.add(`segment ${byIndex[index]!.name}`);
  }
  const written = sources.map(
    (source) => `${source.path.slice(node.path.length)}: ${sourceOf(source)}`,
  );
  return { label, node, sources: written, feature, storedSlots, readsTraits, reads: [...reads] };
}

/** All of them, each after what it reads; every cycle is a fault, and what is too long a chain. */
function inOrder(derived: ReadonlyMap<string, Derived>, context: CompileContext): Derived[] {
  const order: Derived[] = [];
  /** Label → how many are read through one another, itself the first. */
  const chains = new Map<string, number>();
  const way: string[] = [];
  let told = false;
  const tooLong = (entry: Derived) => {
    // All parts of a long chain are at fault, and it does not matter where it is cut: said once.
    const message = `is a chain of more than ${CHAIN_MAX} formulas and segments that read each other`;
    if (!told) context.faults.at(entry.node, message);
    told = true;
    return Number.POSITIVE_INFINITY;
  };
  const visit = (label: string): number => {
    const entry = derived.get(label);
    if (entry === undefined) return 0;
    const known = chains.get(label);
    if (known !== undefined) return known;
    const from = way.indexOf(label);
    if (from >= 0) {
      const cycle = [...way.slice(from), label].map((step) => step.replace(/^\w+ /, ''));
      context.faults.at(entry.node, `depends on itself: ${cycle.join(' → ')}`);
      return 0;
    }
    // Our own stack ends somewhere, too.
    if (way.length > CHAIN_MAX) return tooLong(derived.get(way[0]!)!);
    way.push(label);
    let chain = 1;
    for (const read of entry.reads) chain = Math.max(chain, 1 + visit(read));
    way.pop();
    if (chain === CHAIN_MAX + 1) tooLong(entry);
    chains.set(label, chain);
    order.push(entry);
    return chain;
  };
  for (const label of derived.keys()) visit(label);
  return order;
}

function compileSegment(
  segment: DeclaredSegment,
  derived: ReadonlyMap<string, Derived>,
  context: CompileContext,
): SegmentDefinition {
  const { index, name, node, members } = segment;
  const isText = node.entries === null && node.items === null && node.value !== null;
  const condition =
    members === null && isText ? (context.condition(node, OF_STATE)?.run ?? null) : null;
  const compiledMembers: { name: string; condition: Condition }[] = [];
  for (const [member, source] of members ?? []) {
    const compiled = context.condition(source, OF_STATE);
    if (compiled !== null) compiledMembers.push({ name: member, condition: compiled.run });
  }
  const slots = new Set<number>();
  let readsTraits = false;
  const labels = new Set([`segment ${name}`]);
  for (const label of labels) {
    const entry = derived.get(label);
    if (entry === undefined) continue;
    for (const slot of entry.storedSlots) slots.add(slot);
    readsTraits ||= entry.readsTraits;
    // A set goes on with what is added to it on the way.
    for (const read of entry.reads) labels.add(read);
  }
  return {
    index,
    name,
    condition,
    members: members === null ? null : compiledMembers,
    featureSlots: [...slots].sort((a, b) => a - b),
    readsTraits,
  };
}

/** What a formula's static type is as the type of a feature. */
function featureTypeOf(type: string): FeatureType {
  switch (type) {
    case 'number':
    case 'double':
    case 'int':
      return 'number';
    case 'time':
    case 'timestamp':
      return 'time';
    case 'duration':
    case 'list':
    case 'bool':
    case 'string':
      return type;
    default:
      return type.startsWith('list') ? 'list' : 'dyn';
  }
}
