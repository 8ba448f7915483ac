// The customers of a shop as somebody would keep them who serves one call after the other, and never
// fails: what the real ones are compared with.

import { decisionId } from '../../src/model/hash.ts';
import { DEFAULT_IDENTIFIERS, kindOf } from '../../src/model/identity.ts';
import {
  folded,
  type Given,
  isOf,
  isPerson,
  isStrong,
  isUser,
  type Kept,
  nobody,
  survives,
  takenApart,
  totalsOf,
} from './kept-customer.ts';
import type { EventCall, Operation } from './operation.ts';

/** People who may have had a browser until it is everybody's. */
const OWNERS_MAX = 3;
/** Prizes for all customers together, where there are few. */
export const PRIZES_IN_ALL = 2;
/** Of one customer. */
const PRIZES_MAX = 1;
const GIFTS_MAX = 2;
const CLICKS_MAX = 1;

export class OneAtATime {
  private readonly customers = new Map<string, Kept>();
  private readonly owner = new Map<string, string>();
  private readonly owners = new Map<string, ReadonlySet<string>>();
  /** Who claimed a name last, or was given it by a fold: by the id of then. */
  private readonly claimedBy = new Map<string, string>();
  private readonly shared = new Set<string>();
  private merges = 0;
  private unknownLosers: readonly string[] = [];
  /** Names that were claimed in a call that goes on. */
  private readonly unlisted = new Set<string>();
  /** Kinds of names that moved on from one person to another in the last operation. */
  readonly movedOn = new Set<string>();
  /** Prizes that were given. */
  granted = 0;
  /** Customer and name that were kept apart: a gateway may remember that for a while. */
  readonly refused = new Set<string>();

  constructor(
    /** Epoch ms. */
    private readonly nowMs: number,
    private readonly prizesInAll: number,
  ) {}

  copy(): OneAtATime {
    const copy = new OneAtATime(this.nowMs, this.prizesInAll);
    copyInto(copy.customers, this.customers);
    copyInto(copy.owner, this.owner);
    copyInto(copy.owners, this.owners);
    copyInto(copy.claimedBy, this.claimedBy);
    for (const name of this.shared) copy.shared.add(name);
    for (const pair of this.refused) copy.refused.add(pair);
    copy.merges = this.merges;
    copy.granted = this.granted;
    return copy;
  }

  /** Of each name whose it is; of each customer what counts. */
  end(names: readonly string[]) {
    return {
      names: Object.fromEntries(names.map((name) => [name, this.find(name).id])),
      customers: Object.fromEntries(
        [...this.customers.values()]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map((customer) => [customer.id, totalsOf(customer)]),
      ),
      ...(Number.isFinite(this.prizesInAll) && { granted: this.granted }),
    };
  }

  /**
   * @param unknownLosers kinds of names of which it is not known who lost them: a call that is cut between
   *   the loss and the claim leaves out who had a browser without ever having claimed it
   * @returns what its caller is told
   */
  do(operation: Operation, unknownLosers: readonly string[] = []): string {
    this.unknownLosers = unknownLosers;
    this.movedOn.clear();
    switch (operation.kind) {
      case 'event':
        return this.event(operation);
      case 'merge': {
        const [into, from] = [this.find(operation.into), this.find(operation.from)];
        if (this.isKnown(into) && this.isKnown(from) && into !== from) this.fold(into, from);
        return 'done';
      }
      case 'unmerge':
        return this.unmerge(operation.of, operation.from);
      case 'click':
        return this.click(operation);
    }
  }

  /** A browser or a device on its way from one person to another is a stranger's for a moment. */
  detach(name: string): void {
    const holder = this.find(name);
    if (holder.id === name || !isPerson(holder)) return;
    this.keep({ ...holder, names: without(holder.names, name) });
    this.owner.delete(name);
  }

  hasSeen(name: string, messageId: string): boolean {
    return this.find(name).seen.has(messageId);
  }

  /** What a customer was given, by the ids of the decisions. */
  givenTo(name: string): ReadonlyMap<string, Given> {
    return this.find(name).given;
  }

  /** Makes those one whom a call names. @returns its customer */
  name({ names, previous, messageId }: EventCall): Kept {
    const [first, ...others] = names as [string, ...string[]];
    let caller = this.find(first);
    // What was counted is not named again.
    if (caller.seen.has(messageId)) return caller;
    this.unlisted.clear();
    if (previous !== null) caller = this.rename(caller, previous);
    for (const name of others) caller = this.join(caller, name);
    return caller;
  }

  private event(call: EventCall): string {
    const { names, messageId, told } = call;
    const caller = this.name(call);
    if (caller.seen.has(messageId)) return 'done';
    let { counts, given } = caller;
    let answer = 'done';
    const log = [...caller.log, { kind: 'told', under: names[0]!, told } as const];
    if (told.kind === 'view') {
      const offerId = this.offerTo(caller);
      answer += ` ${offerId ?? 'nothing'}`;
      if (offerId === 'prize') counts = { ...counts, prizes: counts.prizes + 1 };
      if (offerId === 'prize') this.granted++;
      if (offerId === 'gift') counts = { ...counts, gifts: counts.gifts + 1 };
      if (offerId !== null) {
        const id = decisionId(caller.id, messageId, 'web', this.nowMs);
        given = new Map([...given, [id, { messageId, offerId, isClicked: false }]]);
      }
    }
    this.keep({ ...caller, seen: new Set([...caller.seen, messageId]), log, counts, given });
    return answer;
  }

  private offerTo({ counts }: Kept): string | null {
    if (counts.prizes < PRIZES_MAX && this.granted < this.prizesInAll) return 'prize';
    if (counts.gifts < GIFTS_MAX) return 'gift';
    return counts.clicks < CLICKS_MAX ? 'lure' : null;
  }

  private click({ name, messageId, ...what }: Operation & { kind: 'click' }): string {
    const caller = this.find(name);
    const id = what.decisionId;
    const given = caller.given.get(id);
    if (given?.offerId !== what.offerId) return 'unknown_decision';
    if (given.isClicked) return 'done';
    const { counts } = caller;
    this.keep({
      ...caller,
      seen: new Set([...caller.seen, messageId]),
      counts: { ...counts, clicks: counts.clicks + (given.offerId === 'lure' ? 1 : 0) },
      given: new Map([...caller.given, [id, { ...given, isClicked: true }]]),
    });
    return 'done';
  }

  private unmerge(name: string, fromId: string): string {
    const all = this.find(name);
    const merge = all.merges.findLast(({ from }) => from === fromId);
    if (merge === undefined) return 'unknown';
    const parts = takenApart(all, merge.id);
    if (parts === null) return 'later_first';
    const { into, from } = parts;
    if (this.find(from.id).id !== all.id || into.names.has(from.id)) return 'moved_on';
    this.keep(into);
    this.keep(from);
    for (const each of from.names) this.owner.set(each, from.id);
    return 'unmerged';
  }

  private keep(customer: Kept): Kept {
    this.customers.set(customer.id, customer);
    this.owner.set(customer.id, customer.id);
    return customer;
  }

  private find(name: string): Kept {
    return this.customers.get(this.owner.get(name) ?? '') ?? nobody(name);
  }

  private isKnown({ id }: Kept): boolean {
    return this.customers.has(id);
  }

  /** An id that a call says was the caller's until now. */
  private rename(caller: Kept, previous: string): Kept {
    const visitor = `anonymous:${previous}`;
    if (isOf(caller, previous) || isOf(caller, visitor)) return caller;
    return this.join(caller, this.owner.has(previous) ? previous : visitor, previous);
  }

  /** @param given how the call says it @returns the caller then */
  private join(caller: Kept, name: string, given = name): Kept {
    if (isOf(caller, name)) return caller;
    if (caller.apart.has(name)) return this.refuse(caller, given);
    const isWeak = !isStrong(name);
    const asPerson = isWeak && isPerson(caller);
    if (isWeak && this.shared.has(name)) return this.refuse(caller, given);
    const holder = this.find(name);
    if (!this.isKnown(holder)) return this.claim(caller, name, asPerson, null, given);
    if (caller.apart.has(holder.id) || holder.apart.has(caller.id)) {
      return this.refuse(caller, given);
    }
    if (asPerson && isPerson(holder)) {
      if (holder.id === name) return this.refuse(caller, given);
      this.keep({ ...holder, names: without(holder.names, name) });
      for (const [each, by] of this.claimedBy) if (by === name) this.claimedBy.set(each, holder.id);
      this.owner.delete(name);
      return this.claim(caller, name, asPerson, holder, given);
    }
    if (isUser(caller) && isUser(holder)) return this.refuse(caller, given);
    const [into, from] = survives(caller.id, holder.id) ? [caller, holder] : [holder, caller];
    if (from === caller && !this.isKnown(caller)) {
      const joined = this.join(into, caller.id);
      return joined.names.has(caller.id) ? joined : this.refuse(caller, given);
    }
    if (from !== caller) return this.fold(into, from);
    // What it had no time to list becomes the survivor's.
    const listed = [...caller.names].filter((each) => !this.unlisted.has(each));
    const all = this.fold(into, { ...caller, names: new Set(listed) });
    return this.keep({ ...all, names: new Set([...all.names, ...caller.names]) });
  }

  private claim(
    caller: Kept,
    name: string,
    asPerson: boolean,
    loser: Kept | null,
    given: string,
  ): Kept {
    if (asPerson) {
      const owners = new Set(this.owners.get(name));
      this.owners.set(name, owners);
      const before = this.claimedBy.get(name);
      const kind = kindOf(name, DEFAULT_IDENTIFIERS);
      if (loser !== null) this.movedOn.add(kind);
      if (loser !== null && !this.unknownLosers.includes(kind)) {
        if (before !== undefined && before !== loser.id) owners.delete(before);
        for (const each of loser.names) owners.delete(each);
        owners.add(loser.id);
      }
      // What the caller was called before is the same person.
      for (const each of caller.names) owners.delete(each);
      owners.add(caller.id);
      if (owners.size >= OWNERS_MAX) {
        this.shared.add(name);
        return this.refuse(caller, given);
      }
    }
    this.owner.set(name, caller.id);
    this.claimedBy.set(name, caller.id);
    this.unlisted.add(name);
    // Of somebody who is not known yet it is as long as the call goes on.
    const joined = { ...caller, names: new Set([...caller.names, name]) };
    return this.isKnown(caller) ? this.keep(joined) : joined;
  }

  private refuse(caller: Kept, name: string): Kept {
    this.refused.add(`${caller.id} ${name}`);
    return caller;
  }

  private fold(into: Kept, from: Kept): Kept {
    this.claimedBy.set(from.id, into.id);
    for (const [name, id] of this.owner) if (id === from.id) this.owner.set(name, into.id);
    this.customers.delete(from.id);
    return this.keep(folded(into, from, ++this.merges));
  }
}

function copyInto<K, V>(copy: Map<K, V>, all: ReadonlyMap<K, V>): void {
  for (const [key, value] of all) copy.set(key, value);
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((each) => each !== name));
}
