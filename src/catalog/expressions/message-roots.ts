// What an expression of `channels:`, and of a list of items, starts from beside the customer. These are no
// reserved names: a feature may be called `delivery`, and is what is meant wherever no message is.

import { suggest } from '../suggest.ts';
import type { Compiling } from './compiling.ts';
import { ownReader } from './own.ts';
import type { StaticType } from './static-type.ts';
import { type Term, term } from './term.ts';

/** What is known of an item, by its type. */
const ITEM_TYPES: ReadonlyMap<string, StaticType> = new Map<string, StaticType>([
  ['itemId', 'string'],
  // Decisions and deliveries have an `id`: it is written so, too.
  ['id', 'string'],
  ['name', 'string'],
  ['category', 'string'],
  ['brand', 'string'],
  ['price', 'number'],
  ['inStock', 'bool'],
  ['tags', 'list'],
  ['properties', 'map'],
]);

const OF_ITEM: readonly string[] = [...ITEM_TYPES.keys()];

/** Names by where they are known, with what each has; null = anything. */
const ROOTS_OF = {
  made: new Map<string, readonly string[] | null>([
    ['treatment', null],
    ['decision', ['id', 'placement', 'trigger', 'offerId']],
    ['delivery', ['id']],
    ['customer', ['id']],
  ]),
  answered: new Map<string, readonly string[] | null>([['response', null]]),
  listed: new Map<string, readonly string[] | null>([
    ['item', OF_ITEM],
    ['seed', OF_ITEM],
  ]),
  shown: new Map<string, readonly string[] | null>([['items', null]]),
} as const;

/** All of them, wherever they are known. */
export const MESSAGE_ROOTS: readonly string[] = [
  ...ROOTS_OF.made.keys(),
  ...ROOTS_OF.answered.keys(),
  ...ROOTS_OF.listed.keys(),
  ...ROOTS_OF.shown.keys(),
];

/** The names that are at hand; none where there is no message. */
export function messageRoots({ message }: Compiling['names']): readonly string[] {
  return message === null ? NONE : [...ROOTS_OF[message].keys()];
}

const NONE: readonly string[] = [];

/** Where a name is known that is not known here; null = it is none of a message. */
export function whereKnown(name: string): string | null {
  if (ROOTS_OF.made.has(name)) {
    const of = name === 'customer' ? '; what is known of one is in traits' : '';
    return `${name} is only known where a message is made: in \`channels\`${of}`;
  }
  if (ROOTS_OF.listed.has(name)) return `${name} is only known in the \`where\` of a recommender`;
  if (ROOTS_OF.shown.has(name)) return ONLY_WITH_LIST;
  if (!ROOTS_OF.answered.has(name)) return null;
  return `${name} is only known where an answer is judged: in the \`success\` of a webhook`;
}

const ONLY_WITH_LIST =
  'items is only known beside a list: in the treatments of a placement with `recommend`, and in the ' +
  '`applicability` and `suitability` of offers that are for such placements alone';

/** `treatment` as a whole. */
export function compileMessage(name: string): Term {
  const type = name === 'response' ? 'dyn' : name === 'items' ? 'list' : 'map';
  return term(type, (scope) => scope.message?.[name], { read: true });
}

/** `treatment.title` */
export function compileMessageMember(
  compiling: Compiling,
  root: string,
  name: string,
  at: { start: number; end: number },
): Term {
  if (root === 'items') {
    return compiling.fault(at, 'items is a list: one of it is items[0]', `items[0].${name}`);
  }
  const members = ROOTS_OF[compiling.names.message ?? 'made'].get(root) ?? null;
  if (members !== null && !members.includes(name)) {
    const message = `${root} has no "${name}": it has ${members.join(', ')}`;
    const near = root === 'customer' ? `traits.${name}` : suggest(name, members);
    return compiling.fault(at, message, near);
  }
  const read = ownReader(name);
  const type = members === null ? 'dyn' : members === OF_ITEM ? ITEM_TYPES.get(name)! : 'string';
  return term(type, (scope) => read(scope.message?.[root]), { read: true });
}
