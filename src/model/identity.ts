// Who a customer is: the names by which one is reached, and what a call says of them. A name is written
// as a customer id (`u1`, `anonymous:a1`, `phone:<keyed hash>`), so that the key of a name holds either
// the state of a customer or a forward to one. Nothing personal is in an id of an identifier: what it
// stands for is in the state alone.

/** How names of one kind are used; from `identifiers:` of the catalog, and its defaults. */
export interface IdentifierRule {
  readonly kind: string;
  /** The trait that states it in an identify; null = it comes in `context.externalIds` alone. */
  readonly trait: string | null;
  /** How many one customer may have, within the window. */
  readonly max: number;
  /** null = ever. */
  readonly windowMs: number | null;
  /** Held by a device or a browser, not by a person: never merges two known people. */
  readonly weak: boolean;
}

/** By kind; `user` and `anonymous` are not among them. */
export type IdentifierRules = ReadonlyMap<string, IdentifierRule>;

/** A name that a call gives beside the one it is submitted under. */
export interface NamedAlias {
  /** As a customer id. */
  readonly id: string;
  readonly kind: string;
  /** What staff are shown, normalised; null = the id says it. */
  readonly value: string | null;
  /** Taken where nobody is known by `id` (what an `alias` call renames); null = there is none. */
  readonly otherwise: NamedAlias | null;
}

/** An identifier that a call stated and that names nobody. */
export interface UnusableName {
  readonly kind: string;
  readonly reason: 'invalid' | 'names_nobody';
}

/** What a call says of who it is, beside `Submission.customerId`. */
export interface Naming {
  /** The kind of `Submission.customerId`. */
  readonly kind: string;
  /** What staff are shown for `Submission.customerId`; null = the id says it. */
  readonly value: string | null;
  /** Other names of the same customer, strongest kind first. */
  readonly aliases: readonly NamedAlias[];
  readonly unusable: readonly UnusableName[];
}

/** A name that is the customer's own: the state that lists it is the truth of it. */
export interface Link {
  readonly id: string;
  readonly kind: string;
  /** As in NamedAlias. */
  readonly value: string | null;
  /** Epoch ms. */
  readonly linkedAtMs: number;
  /** When it was last made sure that its key leads here, epoch ms. */
  readonly renewedAtMs: number;
}

/** How many names one customer can have. */
export const LINKS_MAX = 64;

/** A customer that was folded into this one. */
export interface MergeEntry {
  readonly mergeId: string;
  /** The customer id of that time. */
  readonly from: string;
  readonly atMs: number;
}

/** Why names or customers were not joined. */
export const REFUSED_MERGE_REASONS = [
  /** Two customers that each have a user id: somebody has to decide that. */
  'two_users',
  /** A device's or a visitor's name, and two people who are each known by more than that. */
  'weak_identifier',
  /** More names of one kind than one customer may have. */
  'too_many',
  /** Seen with too many people: it names nobody. */
  'shared',
  /** Not of the form of its kind. */
  'invalid',
  /** Somebody took them apart: they are joined by hand alone. */
  'taken_apart',
  /** What is stored of one of them cannot be read. */
  'unreadable',
  /** A value that stands for nobody, like `null` or `000000`. */
  'names_nobody',
] as const;

export type RefusedMergeReason = (typeof REFUSED_MERGE_REASONS)[number];

/** One refusal, for the table `refused_merges`. */
export interface RefusedMerge {
  /** The name, or the customer it leads to; of an unusable one its kind. */
  readonly from: string;
  readonly to: string;
  readonly reason: RefusedMergeReason;
  readonly atMs: number;
}

const NONE: readonly never[] = [];

/** Of a call that names one customer by a user id. */
export const USER_ALONE: Naming = { kind: 'user', value: null, aliases: NONE, unusable: NONE };
/** Of a call that names a visitor alone. */
export const VISITOR_ALONE: Naming = { ...USER_ALONE, kind: 'anonymous' };

const STRONGEST_FIRST = ['user', 'card', 'phone', 'email'];

/**
 * Which of two names stands for a customer: the smaller rank. Kinds that a catalog adds come after
 * those that it has anyway, weak ones last, a visitor's at the very end.
 */
export function kindRank(kind: string, rules: IdentifierRules): number {
  if (kind === 'user') return 0;
  if (kind === 'anonymous') return 7;
  // A catalog may call any kind weak, and a device strong that is one person's.
  const isWeak = rules.get(kind)?.weak ?? kind === 'device';
  if (isWeak) return kind === 'device' ? 6 : 5;
  const known = STRONGEST_FIRST.indexOf(kind);
  return known >= 0 ? known : 4;
}

/** Whether a name of this kind is a person's, and not a device's or a visitor's. */
export function isStrong(kind: string, rules: IdentifierRules): boolean {
  return kindRank(kind, rules) < 5;
}

const VISITOR_PREFIX = 'anonymous:';

/**
 * Before the id of a visitor who is not taken for the customer whom the visitor's name leads to. That is a
 * visitor like others: no user id of a shop's can be the same.
 */
export const APART_PREFIX = 'anonymous:apart:';

/** The kind of such a visitor among the names of a call: folded into its customer, never a name. */
export const APART = 'apart';

/** What stands behind the kind in the id of an identifier: a keyed hash in base64url. */
const HASHED = /^[A-Za-z0-9_-]{22}$/;

/**
 * The kind of a customer id, by its form: a visitor's, an identifier's (its kind and a keyed hash), or
 * else a user id, which may look like anything.
 */
export function kindOf(id: string, rules: IdentifierRules): string {
  if (id.startsWith(VISITOR_PREFIX)) return 'anonymous';
  const end = id.indexOf(':');
  const kind = id.slice(0, Math.max(0, end));
  return rules.has(kind) && HASHED.test(id.slice(end + 1)) ? kind : 'user';
}

const DAY_MS = 86_400_000;

/** A visitor's names; the rule that catalogs do not write down. */
export const VISITOR_RULE: IdentifierRule = {
  kind: 'anonymous',
  trait: null,
  max: 20,
  windowMs: 30 * DAY_MS,
  weak: true,
};

/** Where a catalog says nothing else. */
export const DEFAULT_IDENTIFIERS: IdentifierRules = new Map(
  [
    { kind: 'phone', trait: 'phone', max: 3, windowMs: null, weak: false },
    { kind: 'email', trait: 'email', max: 5, windowMs: 365 * DAY_MS, weak: false },
    { kind: 'card', trait: 'card', max: 3, windowMs: null, weak: false },
    { kind: 'device', trait: null, max: 5, windowMs: 30 * DAY_MS, weak: true },
  ].map((rule) => [rule.kind, rule]),
);
