// The customers of a shop as somebody would keep them who serves one call after the other, and never
// fails: what the real ones are compared with.

import { DEFAULT_IDENTIFIERS, kindOf, kindRank } from '../../src/model/identity.ts';

export type Told =
  | { readonly kind: 'view' }
  /** What an identify says, and when, epoch ms. */
  | {
      readonly kind: 'says';
      readonly plan: string;
      readonly granted: boolean;
      readonly atMs: number;
    };

export type Operation =
  /** `names`: the strongest first. */
  | {
      readonly kind: 'event';
      readonly messageId: string;
      readonly names: readonly string[];
      readonly told: Told;
    }
  | { readonly kind: 'merge'; readonly into: string; readonly from: string };

interface Known {
  readonly id: string;
  readonly names: Set<string>;
  readonly seen: Set<string>;
  views: number;
  gifts: number;
  plan: { readonly value: string; readonly atMs: number } | null;
  consent: { readonly granted: boolean; readonly atMs: number } | null;
}

/** People who may have had a browser until it is everybody's. */
const OWNERS_MAX = 3;
/** Gifts that a customer is given. */
export const GIFTS_MAX = 2;

const rules = DEFAULT_IDENTIFIERS;
const isStrong = (name: string) => kindRank(kindOf(name, rules), rules) < 5;
const isUserName = (name: string) => kindOf(name, rules) === 'user';

export class OneAtATime {
  private customers = new Map<string, Known>();
  private owner = new Map<string, string>();
  private owners = new Map<string, Set<string>>();
  /** Who claimed a name last, or was given it by a fold: by the id of then. */
  private claimedBy = new Map<string, string>();
  private shared = new Set<string>();
  private losersOf: readonly string[] = [];
  /** Customer and name that were kept apart: a gateway may remember that for a while. */
  readonly refused = new Set<string>();

  copy(): OneAtATime {
    return Object.assign(new OneAtATime(), structuredClone({ ...this }));
  }

  /** Of each name whose it is; of each customer what counts. */
  end(names: readonly string[]) {
    return {
      names: Object.fromEntries(names.map((name) => [name, this.find(name).id])),
      customers: Object.fromEntries(
        [...this.customers.values()]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map(({ id, views, gifts, plan, consent, seen }) => [
            id,
            {
              ...{ views, gifts, messages: seen.size },
              ...{ plan: plan?.value ?? null, consent: consent?.granted ?? null },
            },
          ]),
      ),
    };
  }

  /**
   * @param losersOf kinds of names of which it is known who lost them: a call that is cut between the
   *   loss and the claim leaves out who had a browser without ever having claimed it
   */
  do(operation: Operation, losersOf: readonly string[] = ['device', 'anonymous']): void {
    this.losersOf = losersOf;
    if (operation.kind === 'merge') {
      const [into, from] = [this.find(operation.into), this.find(operation.from)];
      if (this.isKnown(into) && this.isKnown(from) && into !== from) this.fold(into, from);
      return;
    }
    const { names, messageId, told } = operation;
    let caller = this.find(names[0]!);
    // What was counted is not named again.
    if (caller.seen.has(messageId)) return;
    for (const name of names.slice(1)) caller = this.join(caller, name);
    if (caller.seen.has(messageId)) return;
    this.customers.set(caller.id, caller);
    this.owner.set(caller.id, caller.id);
    caller.seen.add(messageId);
    if (told.kind === 'view') {
      caller.views++;
      if (caller.gifts < GIFTS_MAX) caller.gifts++;
    } else {
      const { plan, granted, atMs } = told;
      if (atMs > (caller.plan?.atMs ?? 0)) caller.plan = { value: plan, atMs };
      if (atMs > (caller.consent?.atMs ?? 0)) caller.consent = { granted, atMs };
    }
  }

  hasSeen(name: string, messageId: string): boolean {
    return this.find(name).seen.has(messageId);
  }

  private find(name: string): Known {
    const known = this.customers.get(this.owner.get(name) ?? '');
    if (known !== undefined) return known;
    return {
      ...{ id: name, names: new Set(), seen: new Set(), views: 0, gifts: 0 },
      ...{ plan: null, consent: null },
    };
  }

  private isKnown({ id }: Known): boolean {
    return this.customers.has(id);
  }

  /** @returns the caller then */
  private join(caller: Known, name: string): Known {
    if (caller.id === name || caller.names.has(name)) return caller;
    const isWeak = !isStrong(name);
    const asPerson = isWeak && isPerson(caller);
    if (isWeak && this.shared.has(name)) return this.refuse(caller, name);
    const holder = this.find(name);
    if (!this.isKnown(holder)) return this.claim(caller, name, asPerson, null);
    if (asPerson && isPerson(holder)) {
      if (holder.id === name) return this.refuse(caller, name);
      holder.names.delete(name);
      for (const [each, by] of this.claimedBy) if (by === name) this.claimedBy.set(each, holder.id);
      this.owner.delete(name);
      return this.claim(caller, name, asPerson, holder);
    }
    if (isUser(caller) && isUser(holder)) return this.refuse(caller, name);
    const [into, from] = survives(caller.id, holder.id) ? [caller, holder] : [holder, caller];
    if (from === caller && !this.isKnown(caller)) {
      const joined = this.join(into, caller.id);
      return joined.names.has(caller.id) ? joined : this.refuse(caller, name);
    }
    this.fold(into, from);
    return into;
  }

  private claim(caller: Known, name: string, asPerson: boolean, loser: Known | null): Known {
    if (asPerson) {
      const owners = this.owners.get(name) ?? new Set();
      this.owners.set(name, owners);
      const before = this.claimedBy.get(name);
      if (loser !== null && this.losersOf.includes(kindOf(name, rules))) {
        if (before !== undefined && before !== loser.id) owners.delete(before);
        for (const each of loser.names) owners.delete(each);
        owners.add(loser.id);
      }
      // What the caller was called before is the same person.
      for (const each of caller.names) owners.delete(each);
      owners.add(caller.id);
      if (owners.size >= OWNERS_MAX) {
        this.shared.add(name);
        return this.refuse(caller, name);
      }
    }
    caller.names.add(name);
    this.owner.set(name, caller.id);
    this.claimedBy.set(name, caller.id);
    return caller;
  }

  private refuse(caller: Known, name: string): Known {
    this.refused.add(`${caller.id} ${name}`);
    return caller;
  }

  private fold(into: Known, from: Known): void {
    this.customers.set(into.id, into);
    this.owner.set(into.id, into.id);
    this.claimedBy.set(from.id, into.id);
    for (const [name, id] of this.owner) if (id === from.id) this.owner.set(name, into.id);
    for (const name of [...from.names, from.id]) into.names.add(name);
    into.names.delete(into.id);
    for (const messageId of from.seen) into.seen.add(messageId);
    into.views += from.views;
    into.gifts += from.gifts;
    if ((from.plan?.atMs ?? 0) > (into.plan?.atMs ?? 0)) into.plan = from.plan;
    if ((from.consent?.atMs ?? 0) > (into.consent?.atMs ?? 0)) into.consent = from.consent;
    this.customers.delete(from.id);
  }
}

function isPerson({ id, names }: Known): boolean {
  return isStrong(id) || [...names].some(isStrong);
}

function isUser({ id, names }: Known): boolean {
  return isUserName(id) || [...names].some(isUserName);
}

function survives(a: string, b: string): boolean {
  const [rankA, rankB] = [a, b].map((id) => kindRank(kindOf(id, rules), rules)) as [number, number];
  return rankA === rankB ? a < b : rankA < rankB;
}
