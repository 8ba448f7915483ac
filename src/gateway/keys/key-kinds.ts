// Hot path (`mayDo`). What each kind of key may do. A route needs one right; a kind is a set of them, so
// that a new kind is a line here and no route asks which kinds there are.

/** What a route, or something asked of it, may need. */
export type Right =
  /** Events and outcomes. */
  | 'send'
  /** Questions for decisions. */
  | 'ask'
  /** Lists of items. */
  | 'recommend'
  /** What is decided for a customer, as it is decided. */
  | 'stream'
  /** Candidates and scores of a question, and questions that count nothing. */
  | 'look'
  /** What an event would do. */
  | 'explain'
  /** The catalog routes, items, and budgets. */
  | 'catalog'
  /** Reading and merging customers. */
  | 'customers'
  /** Tokens for pages. */
  | 'tokens'
  /** The analysts' door. */
  | 'query'
  /** Imports at their own time. */
  | 'admin';

interface KindEntry {
  /** What secrets of this kind begin with. */
  readonly prefix: string;
  readonly rights: readonly Right[];
}

export const KEY_KINDS = {
  write: { prefix: 'pw', rights: ['send', 'ask', 'recommend', 'stream', 'tokens'] },
  browser: { prefix: 'pb', rights: ['send', 'ask', 'recommend', 'stream'] },
  device: { prefix: 'pd', rights: ['send', 'ask', 'stream'] },
  analyst: { prefix: 'pq', rights: ['query'] },
  staff: { prefix: 'ps', rights: ['ask', 'recommend', 'look', 'explain', 'customers'] },
  catalog: { prefix: 'pc', rights: ['catalog', 'explain'] },
  admin: {
    prefix: 'pa',
    rights: [
      ...['send', 'ask', 'recommend', 'stream', 'look', 'explain', 'catalog'],
      ...['customers', 'tokens', 'query', 'admin'],
    ] as Right[],
  },
} as const satisfies Record<string, KindEntry>;

export type KeyKind = keyof typeof KEY_KINDS;

/** All kinds, as the command line offers them. */
export const KEY_KIND_NAMES = Object.keys(KEY_KINDS) as readonly KeyKind[];

/** Whether a key of this kind has a right. */
export function mayDo({ kind }: { readonly kind: KeyKind }, right: Right): boolean {
  return (KEY_KINDS[kind].rights as readonly Right[]).includes(right);
}

/** The kinds that have a right. */
export function kindsThatMay(right: Right): readonly KeyKind[] {
  return KEY_KIND_NAMES.filter((kind) => mayDo({ kind }, right));
}

/** Whether a stored kind is one that this build knows. */
export function isKeyKind(kind: unknown): kind is KeyKind {
  return typeof kind === 'string' && Object.hasOwn(KEY_KINDS, kind);
}

/** What an option of `keys create` is called. */
export type KeyOption = 'placements' | 'store' | 'rate' | 'expires';

/** Whether an option means something for keys of this kind. */
export function takesOption(kind: KeyKind, option: KeyOption): boolean {
  if (option === 'placements') return kind === 'device' || kind === 'browser';
  return option === 'store' ? kind === 'device' : true;
}
