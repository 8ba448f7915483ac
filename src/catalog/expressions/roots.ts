// The names an expression starts from, before they are values: `segment` alone means nothing,
// `segment.vip` does; `views['p1']` must not build the map of all views.

import { listNames, suggest } from '../suggest.ts';
import type { Ast, Compiling } from './compiling.ts';
import { isCompared, likelyValue, meantBy } from './habits.ts';
import { messageRoots, whereKnown } from './message-roots.ts';
import type { ExpressionNames, FeatureName } from './names.ts';

/** What a piece of syntax names. */
export type Root =
  | { readonly kind: 'event' | 'context' | 'now' | 'firing' | 'before' | 'faulty' }
  | { readonly kind: 'message'; readonly name: string }
  | { readonly kind: 'traits' | 'segment' | 'consent'; readonly before: boolean }
  | {
      readonly kind: 'feature';
      readonly name: string;
      readonly feature: FeatureName;
      readonly before: boolean;
    };

/** Names that mean the same in every catalog. */
export const ROOTS = [
  'event',
  'traits',
  'context',
  'segment',
  'consent',
  'before',
  'firing',
  'now',
] as const;

type RootName = (typeof ROOTS)[number];

/** What a customer has beside features; all that `before` has, too. */
const OF_CUSTOMER = ['segment', 'traits', 'consent'] as const;

const FAULTY: Root = { kind: 'faulty' };

/** What the node names, or null when it is a value (a literal, a call, a macro's variable …). */
export function rootOf(compiling: Compiling, ast: Ast): Root | null {
  if (ast.op === 'id') {
    const name = ast.args;
    if (compiling.variables.some((variable) => variable.name === name)) return null;
    return namedRoot(compiling, ast, name, { start: ast.start, end: ast.end });
  }
  const selected = selection(ast);
  if (selected === null || selected.of.op !== 'id' || selected.of.args !== 'before') return null;
  const root = rootOf(compiling, selected.of);
  if (root === null || root.kind !== 'before') return root;
  const { name, at } = selected;
  const { features } = compiling.names;
  const feature = features.get(name);
  if (feature !== undefined) return { kind: 'feature', name, feature, before: true };
  if (isOfCustomer(name)) return { kind: name, before: true };
  const message = `before has no "${name}": it has the features, ${OF_CUSTOMER.join(', ')}`;
  compiling.fault(at, message, suggest(name, [...features.keys(), ...OF_CUSTOMER]));
  return FAULTY;
}

/** `of.name` or `of['name']`. */
export function selection(
  ast: Ast,
): { readonly of: Ast; readonly name: string; readonly at: { start: number; end: number } } | null {
  if (ast.op === '.') {
    return { of: ast.args[0], name: ast.args[1], at: { start: ast.pos, end: ast.end } };
  }
  if (ast.op !== '[]') return null;
  const [of, key] = ast.args;
  if (key.op !== 'value' || typeof key.args !== 'string') return null;
  return { of, name: key.args, at: key };
}

/** What to say where a feature with keys stands for one value; '' for everything else. */
export function perKey(compiling: Compiling, ast: Ast): string {
  const root = rootOf(compiling, ast);
  if (root?.kind !== 'feature' || !root.feature.keyed) return '';
  return `: ${root.name} has a value per key, as in ${root.name}['key']`;
}

function namedRoot(
  compiling: Compiling,
  ast: Ast,
  name: string,
  at: { start: number; end: number },
): Root {
  const { names } = compiling;
  if (messageRoots(names).includes(name)) return { kind: 'message', name };
  const feature = names.features.get(name);
  if (feature !== undefined) return { kind: 'feature', name, feature, before: false };
  if (!isRoot(name)) return unknownName(compiling, ast, name, at);
  if (names.message === 'answered') return fault(compiling, at, ONLY_RESPONSE);
  switch (name) {
    case 'event':
      if (!names.event)
        return fault(compiling, at, NO_EVENT + (names.message === 'made' ? SENT_LATER : ''));
      return { kind: 'event' };
    case 'before':
      if (!names.before)
        return fault(
          compiling,
          at,
          'before can only be used in triggers that an event fires at once',
        );
      return { kind: 'before' };
    case 'firing':
      if (!names.firing) return fault(compiling, at, 'There is no firing here');
      return { kind: 'firing' };
    case 'traits':
    case 'segment':
    case 'consent':
      return { kind: name, before: false };
    case 'context':
      if (names.message === 'made') return fault(compiling, at, NO_CONTEXT);
      return { kind: 'context' };
    case 'now':
      return { kind: 'now' };
  }
}

const NO_EVENT = 'There is no event at hand here';
const SENT_LATER =
  ': a message is sent later. Put what it needs of the event into the treatment of the offer';
const NO_CONTEXT = 'There is no context here: a message is sent when what asked for it is over';
const ONLY_RESPONSE = 'Nothing but response is known here: the answer of the endpoint, as JSON';
const STATUS_IS_JUDGED =
  'The HTTP status is judged already: only 2xx gets here. What is known is response, the JSON of the answer';

function isRoot(name: string): name is RootName {
  return (ROOTS as readonly string[]).includes(name);
}

function isOfCustomer(name: string): name is (typeof OF_CUSTOMER)[number] {
  return (OF_CUSTOMER as readonly string[]).includes(name);
}

function unknownName(
  compiling: Compiling,
  ast: Ast,
  name: string,
  at: { start: number; end: number },
): Root {
  const { names } = compiling;
  const { features, segments } = names;
  const { input } = ast;
  if (segments.has(name)) {
    const text = isCompared(input, at.start) ? `; a text is written in quotes: '${name}'` : '';
    return fault(compiling, at, `${name} is a segment${text}`, `segment.${name}`);
  }
  const meant = meantBy(name, input, at.start);
  if (meant !== null) {
    const { offset, length, message, suggestion } = meant;
    return fault(compiling, { start: offset, end: offset + length }, message, suggestion);
  }
  const elsewhere = whereKnown(name);
  if (elsewhere !== null) return fault(compiling, at, elsewhere);
  if (names.message === 'answered') {
    const isStatus =
      /status|code/i.test(name) && /^\s*[=!<>]=?\s*\d{3}\b/.test(input.slice(at.end));
    if (isStatus) return fault(compiling, at, STATUS_IS_JUDGED);
    return fault(compiling, at, ONLY_RESPONSE, `response.${name}`);
  }
  const variables = compiling.variables.map((variable) => variable.name);
  const ofEvent = names.event && (name === 'properties' || name === 'timestamp');
  // A name of one or two letters is like many others.
  const known = [...features.keys(), ...ROOTS, ...variables, ...messageRoots(names)];
  const near = name.length < 3 ? null : suggest(name, known);
  const suggestion = ofEvent
    ? `event.${name}`
    : (near ?? likelyValue(name, input, at.start, names.event));
  const what = ast.op === 'id' ? 'feature or name' : 'name';
  const isTreatment = names.message === null || names.message === 'shown';
  const here = isTreatment ? '' : `; known here are ${knownToMessage(names)}`;
  return fault(compiling, at, `There is no ${what} "${name}"${here}`, suggestion);
}

/** What a message starts from; features by their names, as many as can be read. */
function knownToMessage(names: ExpressionNames): string {
  const features =
    names.features.size === 0 ? '' : `, features (${listNames(names.features.keys())})`;
  return `${[...messageRoots(names), ...OF_CUSTOMER, 'now'].join(', ')}${features}`;
}

function fault(
  compiling: Compiling,
  at: { start: number; end: number },
  message: string,
  suggestion: string | null = null,
): Root {
  compiling.fault(at, message, suggestion);
  return FAULTY;
}
