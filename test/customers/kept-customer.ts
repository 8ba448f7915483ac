// One customer as somebody would keep it on paper: what was told, in order, and the folds between. What
// counts is read from that; what decisions left behind is counted beside it, since it stays where it was
// counted when a merge is taken back.

import { DEFAULT_IDENTIFIERS, kindOf, kindRank } from '../../src/model/identity.ts';

export type Told =
  | { readonly kind: 'view' }
  /** What an identify says, and when, epoch ms. */
  | {
      readonly kind: 'says';
      readonly plan: string;
      readonly granted: boolean;
      readonly atMs: number;
    }
  | { readonly kind: 'nothing' };

/** How often offers were given, and clicked where that counts. */
export interface Counts {
  readonly prizes: number;
  readonly gifts: number;
  readonly clicks: number;
}

/** Of one customer. */
const PRIZES_MAX = 1;
const GIFTS_MAX = 2;
const CLICKS_MAX = 1;

export interface Given {
  readonly messageId: string;
  readonly offerId: string;
  readonly isClicked: boolean;
}

type Entry =
  | { readonly kind: 'told'; readonly under: string; readonly told: Told }
  /** Both as they were. */
  | { readonly kind: 'fold'; readonly id: number; readonly from: Kept; readonly into: Kept };

export interface Kept {
  readonly id: string;
  readonly names: ReadonlySet<string>;
  readonly seen: ReadonlySet<string>;
  /** Whom it is not, as somebody said. */
  readonly apart: ReadonlySet<string>;
  readonly merges: readonly { readonly id: number; readonly from: string }[];
  readonly log: readonly Entry[];
  readonly counts: Counts;
  /** By their ids. */
  readonly given: ReadonlyMap<string, Given>;
}

export function nobody(id: string): Kept {
  const counts = { prizes: 0, gifts: 0, clicks: 0 };
  const none = new Set<string>();
  const sets = { names: none, seen: none, apart: none };
  return { id, ...sets, merges: [], log: [], counts, given: new Map() };
}

/** What a view gives: a prize while there are some, then a gift, then a lure until it is clicked. */
export function offerFor({ counts }: Kept, hasPrizes: boolean): string | null {
  if (counts.prizes < PRIZES_MAX && hasPrizes) return 'prize';
  if (counts.gifts < GIFTS_MAX) return 'gift';
  return counts.clicks < CLICKS_MAX ? 'lure' : null;
}

export function folded(into: Kept, from: Kept, id: number): Kept {
  const names = new Set([...into.names, ...from.names, from.id]);
  names.delete(into.id);
  const apart = new Set([...into.apart, ...from.apart]);
  for (const name of [into.id, ...names]) apart.delete(name);
  return {
    ...{ id: into.id, names, apart },
    seen: new Set([...into.seen, ...from.seen]),
    merges: [...into.merges, ...from.merges, { id, from: from.id }],
    log: [...into.log, { kind: 'fold', id, from, into }],
    counts: sumOf(into.counts, from.counts, 1),
    given: new Map([...into.given, ...from.given]),
  };
}

/** Both, as they are without that fold; null = it is of one that was folded in turn. */
export function takenApart(all: Kept, id: number): { into: Kept; from: Kept } | null {
  const at = all.log.findIndex((entry) => entry.kind === 'fold' && entry.id === id);
  const fold = all.log[at];
  if (fold?.kind !== 'fold') return null;
  const then = { from: fold.from, into: withoutGone(fold.into, all.log) };
  const isTheirs = (entry: Entry) => entry.kind === 'told' && namesOf(then.from).has(entry.under);
  const since = all.log.slice(at + 1);
  const log = [...all.log.slice(0, at), ...since.filter((entry) => !isTheirs(entry))];
  const own = new Set(then.into.names);
  for (const entry of since) {
    if (entry.kind === 'fold') for (const name of namesOf(entry.from)) own.add(name);
  }
  const gone = namesOf(then.from);
  const theirMerges = new Set([id, ...then.from.merges.map((merge) => merge.id)]);
  const into: Kept = {
    ...all,
    names: new Set([...all.names].filter((name) => own.has(name) || !gone.has(name))),
    apart: new Set([...all.apart, then.from.id]),
    merges: all.merges.filter((merge) => !theirMerges.has(merge.id)),
    log,
    counts: countsLeft(all.counts, then.from.counts, then.into.counts),
    given: new Map([...all.given].filter(([decision]) => !then.from.given.has(decision))),
  };
  const names = [...then.from.names].filter((name) => all.names.has(name) && !own.has(name));
  const given = [...then.from.given.keys()].map(
    (decision) => [decision, all.given.get(decision) ?? then.from.given.get(decision)!] as const,
  );
  const from: Kept = {
    ...then.from,
    names: new Set(names),
    seen: all.seen,
    apart: new Set([...then.from.apart, all.id]),
    log: [...then.from.log, ...since.filter(isTheirs)],
    given: new Map(given),
  };
  return { into, from };
}

/** As it was at a fold, but for those who were taken out since. */
function withoutGone(then: Kept, log: readonly Entry[]): Kept {
  const still = new Set(log.flatMap((entry) => (entry.kind === 'fold' ? [entry.id] : [])));
  let left = then;
  for (const entry of then.log) {
    if (entry.kind === 'fold' && !still.has(entry.id)) left = takenApart(left, entry.id)!.into;
  }
  return left;
}

/** What the survivor had itself it keeps, whatever was lost to limits. */
function countsLeft(all: Counts, theirs: Counts, own: Counts): Counts {
  const left = sumOf(all, theirs, -1);
  return {
    prizes: Math.max(left.prizes, own.prizes),
    gifts: Math.max(left.gifts, own.gifts),
    clicks: Math.max(left.clicks, own.clicks),
  };
}

function sumOf(a: Counts, b: Counts, sign: 1 | -1): Counts {
  return {
    prizes: a.prizes + sign * b.prizes,
    gifts: a.gifts + sign * b.gifts,
    clicks: a.clicks + sign * b.clicks,
  };
}

export function namesOf({ id, names }: Kept): ReadonlySet<string> {
  return new Set([id, ...names]);
}

/** What counts, as it can be compared. */
export function totalsOf({ log, counts, seen }: Kept) {
  const told = toldIn(log);
  const says = told.filter((each) => each.kind === 'says').sort((a, b) => a.atMs - b.atMs);
  const last = says.at(-1);
  return {
    views: told.filter(({ kind }) => kind === 'view').length,
    ...counts,
    messages: seen.size,
    plan: last?.plan ?? null,
    consent: last?.granted ?? null,
  };
}

function toldIn(log: readonly Entry[]): readonly Told[] {
  return log.flatMap((entry) => (entry.kind === 'told' ? [entry.told] : toldIn(entry.from.log)));
}

const rules = DEFAULT_IDENTIFIERS;
const isUserName = (name: string) => kindOf(name, rules) === 'user';

export function isStrong(name: string): boolean {
  return kindRank(kindOf(name, rules), rules) < 5;
}

export function isOf({ id, names }: Kept, name: string): boolean {
  return id === name || names.has(name);
}

export function isPerson({ id, names }: Kept): boolean {
  return isStrong(id) || [...names].some(isStrong);
}

export function isUser({ id, names }: Kept): boolean {
  return isUserName(id) || [...names].some(isUserName);
}

/** Whether the first of two ids stands for both. */
export function survives(a: string, b: string): boolean {
  const [rankA, rankB] = [a, b].map((id) => kindRank(kindOf(id, rules), rules)) as [number, number];
  return rankA === rankB ? a < b : rankA < rankB;
}
