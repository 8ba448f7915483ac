// Hot path (`mayDo`). What each kind of key may do. A route needs one right; a kind is a set of them, so
// that a new kind is a line here and no route asks which kinds there are.

/** What a route may need. */
export type Right =
  /** Events, outcomes and questions for decisions. */
  | 'send'
  /** The catalog routes, budgets, and asking what an event would do. */
  | 'catalog'
  /** Customers, scores, imports. */
  | 'admin';

interface KindEntry {
  /** What secrets of this kind begin with. */
  readonly prefix: string;
  readonly rights: readonly Right[];
}

export const KEY_KINDS = {
  write: { prefix: 'pw', rights: ['send'] },
  catalog: { prefix: 'pc', rights: ['catalog'] },
  admin: { prefix: 'pa', rights: ['send', 'catalog', 'admin'] },
} as const satisfies Record<string, KindEntry>;

export type KeyKind = keyof typeof KEY_KINDS;

/** All kinds, as the command line offers them. */
export const KEY_KIND_NAMES = Object.keys(KEY_KINDS) as readonly KeyKind[];

/** Whether a key of this kind has a right. */
export function mayDo({ kind }: { readonly kind: KeyKind }, right: Right): boolean {
  return (KEY_KINDS[kind].rights as readonly Right[]).includes(right);
}

/** Whether a stored kind is one that this build knows. */
export function isKeyKind(kind: unknown): kind is KeyKind {
  return typeof kind === 'string' && Object.hasOwn(KEY_KINDS, kind);
}
