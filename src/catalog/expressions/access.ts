// Hot path (the closures). Names, `a.b` and `a[b]`: each root compiles to its own direct read.

import { type Expression, Instant } from '../../model/value.ts';
import { suggest } from '../suggest.ts';
import type { Ast, Compiling } from './compiling.ts';
import { compileMessage, compileMessageMember } from './message-roots.ts';
import { indexed, keyText, ownReader } from './own.ts';
import { type Root, rootOf, selection } from './roots.ts';
import { type StaticType, spoken } from './static-type.ts';
import { derived, FAULTY, type Term, term } from './term.ts';

/** What `event` has, with the types that are known. */
export const EVENT_MEMBERS: ReadonlyMap<string, StaticType> = new Map([
  ['properties', 'map'],
  ['context', 'map'],
  ['traits', 'map'],
  ['timestamp', 'time'],
  ['name', 'string'],
  ['event', 'string'],
  ['type', 'string'],
  ['messageId', 'string'],
  ['userId', 'string'],
  ['anonymousId', 'string'],
] as const);

type Feature = Extract<Root, { kind: 'feature' }>;
type Range = { start: number; end: number };

/** A name, `a.b` or `a[b]`. */
export function compileAccess(
  compiling: Compiling,
  ast: Extract<Ast, { op: 'id' | '.' | '[]' }>,
): Term {
  const whole = rootOf(compiling, ast);
  if (whole !== null) return compileWhole(compiling, ast, whole);
  if (ast.op === 'id') return compileVariable(compiling, ast.args);
  const selected = selection(ast);
  if (selected !== null) {
    const root = rootOf(compiling, selected.of);
    if (root !== null) return compileMember(compiling, root, selected.name, selected);
    const of = compiling.compile(selected.of);
    return compileSelect(compiling, of, selected.name, selected);
  }
  if (ast.op !== '[]') return FAULTY;
  const [ofAst, keyAst] = ast.args;
  const root = rootOf(compiling, ofAst);
  const key = compiling.compile(keyAst);
  if (root?.kind === 'faulty') return FAULTY;
  if (root?.kind === 'feature' && root.feature.keyed) {
    return compileFeatureAt(compiling, root, key, keyAst);
  }
  if (root?.kind === 'segment' || root?.kind === 'consent' || root?.kind === 'before') {
    return compiling.fault(keyAst, `${root.kind} takes a name here, as in ${root.kind}.name`);
  }
  return compileIndex(compiling, ofAst, compiling.compile(ofAst), key, keyAst);
}

function compileVariable(compiling: Compiling, name: string): Term {
  const { variables, frame } = compiling;
  let at = 0;
  let type: StaticType = 'dyn';
  for (const variable of variables) {
    if (variable.name === name) ({ at, type } = variable);
  }
  return term(type, () => frame[at], { read: true });
}

/** A root used as a value. */
function compileWhole(compiling: Compiling, ast: Ast, root: Root): Term {
  const { reads } = compiling;
  switch (root.kind) {
    case 'faulty':
      return FAULTY;
    case 'now':
      reads.now = true;
      return term('time', (scope) => new Instant(scope.nowMs), { ms: (scope) => scope.nowMs });
    case 'event':
      reads.event = true;
      return term('map', (scope) => scope.event, { read: true });
    case 'context':
      return term('map', (scope) => scope.context);
    case 'message':
      return compileMessage(root.name);
    case 'traits':
      reads.traits = true;
      if (root.before) {
        reads.before = true;
        return term('map', (scope) => scope.before.traits());
      }
      return term('map', (scope) => scope.traits());
    case 'feature':
      return compileFeature(compiling, root);
    case 'segment':
    case 'consent':
    case 'before':
    case 'firing': {
      const example = root.kind === 'firing' ? 'firing.key' : `${root.kind}.name`;
      return compiling.fault(ast, `${root.kind} alone is no value: write ${example}`);
    }
  }
}

function compileFeature(compiling: Compiling, { feature, before }: Feature): Term {
  const { slot, keyed } = feature;
  noteFeature(compiling, slot, before);
  const run: Expression = before
    ? (scope) => scope.before.feature(slot)
    : (scope) => scope.feature(slot);
  if (keyed) return term('map', run, { element: feature.type });
  return term(feature.type, run, { read: true });
}

function noteFeature(compiling: Compiling, slot: number, before: boolean): void {
  compiling.reads.featureSlots.add(slot);
  if (before) compiling.reads.before = true;
}

/** `root.name`. */
function compileMember(compiling: Compiling, root: Root, name: string, at: { at: Range }): Term {
  const { names, reads } = compiling;
  switch (root.kind) {
    case 'faulty':
    case 'before':
      return FAULTY;
    case 'event':
      return compileEventMember(compiling, name, at.at);
    case 'context': {
      const read = ownReader(name);
      return term('dyn', (scope) => read(scope.context), { read: true });
    }
    case 'message':
      return compileMessageMember(compiling, root.name, name, at.at);
    case 'traits': {
      reads.traits = true;
      if (root.before) reads.before = true;
      const run: Expression = root.before
        ? (scope) => scope.before.trait(name) ?? undefined
        : (scope) => scope.trait(name) ?? undefined;
      return term('dyn', run, { read: true });
    }
    case 'consent': {
      if (!names.purposes.has(name)) {
        return compiling.fault(
          at.at,
          `There is no purpose "${name}"`,
          suggest(name, names.purposes),
        );
      }
      reads.consent = true;
      if (!root.before) return term('bool', (scope) => scope.consent(name));
      reads.before = true;
      return term('bool', (scope) => scope.before.consent(name));
    }
    case 'firing':
      return compileFiring(compiling, name, at.at);
    case 'segment':
      return compileSegment(compiling, name, root.before, at.at);
    case 'now':
      return compiling.fault(at.at, `A time has no "${name}"`);
    case 'feature': {
      if (root.feature.keyed) return compileFeatureKey(compiling, root, name);
      const value = compileFeature(compiling, root);
      if (value.type === 'map' || value.type === 'dyn') {
        return compileSelect(compiling, value, name, at);
      }
      const message = `${root.name} is ${spoken(value.type)} and has no keys`;
      return compiling.fault(at.at, message);
    }
  }
}

function compileFiring(compiling: Compiling, name: string, at: Range): Term {
  if (name === 'key') return term('string', (scope) => scope.firingKey, { read: true });
  if (name === 'trigger') {
    const names = compiling.names.triggers;
    compiling.reads.trigger = true;
    return term('string', (scope) => scope.firingTrigger, { read: true, names });
  }
  const meant = suggest(name, ['key', 'trigger']) ?? (name === 'name' ? 'trigger' : 'key');
  return compiling.fault(at, `firing has no "${name}": it has key and trigger`, meant);
}

function compileSegment(compiling: Compiling, name: string, before: boolean, at: Range): Term {
  const { segments } = compiling.names;
  const segment = segments.get(name);
  if (segment === undefined) {
    const found = suggest(name, segments.keys());
    return compiling.fault(at, `There is no segment "${name}"`, found);
  }
  const { index, members } = segment;
  compiling.reads.segmentIndexes.add(index);
  if (before) compiling.reads.before = true;
  const run: Expression = before
    ? (scope) => scope.before.segment(index)
    : (scope) => scope.segment(index);
  return term(members === null ? 'bool' : 'string', run, { members });
}

function compileEventMember(compiling: Compiling, name: string, at: Range): Term {
  const type = EVENT_MEMBERS.get(name);
  compiling.reads.event = true;
  if (type === undefined) {
    const members = [...EVENT_MEMBERS.keys()];
    const message = `event has no "${name}": it has ${members.join(', ')}`;
    const found = suggest(name, members) ?? `properties.${name}`;
    return compiling.fault(at, message, found);
  }
  const read = ownReader(name);
  return term(type, (scope) => read(scope.event), { read: true });
}

/** One key of a feature with `by`, without building the map. */
function compileFeatureKey(compiling: Compiling, { feature, before }: Feature, key: string): Term {
  const { slot, type } = feature;
  noteFeature(compiling, slot, before);
  const run: Expression = before
    ? (scope) => scope.before.featureAt(slot, key)
    : (scope) => scope.featureAt(slot, key);
  return term(type, run, { read: true });
}

function compileFeatureAt(compiling: Compiling, root: Feature, key: Term, keyAst: Ast): Term {
  const { slot, type } = root.feature;
  if (key.pure) {
    const text = keyText(key.value);
    if (text !== undefined) return compileFeatureKey(compiling, root, text);
  }
  if (key.type !== 'string' && key.type !== 'dyn' && key.type !== 'number' && key.type !== 'bool') {
    return compiling.fault(keyAst, `A key is text, this is ${spoken(key.type)}`);
  }
  noteFeature(compiling, slot, root.before);
  const { run } = key;
  const { before } = root;
  return term(
    type,
    (scope) => {
      const text = keyText(run(scope));
      if (text === undefined) return undefined;
      return (before ? scope.before : scope).featureAt(slot, text);
    },
    { read: true },
  );
}

/** `value.name`. */
function compileSelect(compiling: Compiling, of: Term, name: string, at: { at: Range }): Term {
  if (of.members?.includes(name)) {
    return compiling.fault(at.at, `Compare the group with the name: == '${name}'`);
  }
  if (of.type !== 'map' && of.type !== 'dyn') {
    return compiling.fault(at.at, `${capital(spoken(of.type))} has no "${name}"`);
  }
  const read = ownReader(name);
  const { run } = of;
  const type = of.type === 'map' ? of.element : 'dyn';
  return derived([of], type, (scope) => read(run(scope)), { read: true });
}

/** `value[key]`. */
function compileIndex(compiling: Compiling, ofAst: Ast, of: Term, key: Term, keyAst: Ast): Term {
  if (of.type !== 'map' && of.type !== 'list' && of.type !== 'dyn') {
    return compiling.fault(ofAst, `Only lists and maps have [ ], this is ${spoken(of.type)}`);
  }
  const fits =
    key.type === 'dyn' ||
    key.type === 'number' ||
    (of.type !== 'list' && (key.type === 'string' || key.type === 'bool'));
  if (!fits) {
    const wanted = of.type === 'list' ? 'A position in a list is a number' : 'A key is text';
    return compiling.fault(keyAst, `${wanted}, this is ${spoken(key.type)}`);
  }
  const [a, b] = [of.run, key.run];
  return derived([of, key], of.element, (scope) => indexed(a(scope), b(scope)), { read: true });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
