// Who is who, for somebody who serves one call after the other: whose each name is, and how the names of a
// call make customers one. What is counted for them is not decided here (one-at-a-time.ts).

import {
  folded,
  isOf,
  isPerson,
  isStrong,
  isUser,
  type Kept,
  nobody,
  survives,
} from './kept-customer.ts';
import { NameClaims } from './name-claims.ts';
import type { EventCall } from './operation.ts';

export class People {
  readonly customers = new Map<string, Kept>();
  private readonly owner = new Map<string, string>();
  private claims = new NameClaims();
  private merges = 0;
  /** The call ends where a name was taken from somebody, and is not claimed yet. */
  private isCut = false;
  /** Names that were claimed in a call that goes on. */
  private readonly unlisted = new Set<string>();
  /** Of `refused` what is not looked at again in this call. */
  private remembered: ReadonlySet<string> = new Set();
  /** Customer and name that were kept apart: a gateway may remember that for a while. */
  readonly refused = new Set<string>();

  copy(): People {
    const copy = new People();
    for (const [id, customer] of this.customers) copy.customers.set(id, customer);
    for (const [name, id] of this.owner) copy.owner.set(name, id);
    for (const pair of this.refused) copy.refused.add(pair);
    copy.claims = this.claims.copy();
    copy.merges = this.merges;
    return copy;
  }

  /** What the call was told with is of no matter to the next. */
  callOver(): void {
    this.unlisted.clear();
    this.remembered = new Set();
  }

  /**
   * Makes those one whom a call names.
   * @param remembered of `refused` what the gateway of the call remembers: it looks at none of these again
   * @param upTo how many names beside the first
   * @returns its customer
   */
  name(
    call: EventCall,
    remembered: ReadonlySet<string>,
    upTo = Number.POSITIVE_INFINITY,
    isCut = false,
  ): Kept {
    this.remembered = remembered;
    const { names, previous, messageId } = call;
    const [first, ...others] = names as [string, ...string[]];
    let caller = this.find(first);
    // What was counted is not named again.
    if (caller.seen.has(messageId)) return caller;
    this.unlisted.clear();
    const renamed = previous === null ? [] : [null];
    const all = [...renamed, ...others].slice(0, upTo);
    all.forEach((name, i) => {
      this.isCut = isCut && i === all.length - 1;
      caller = name === null ? this.rename(caller, previous!) : this.join(caller, name);
    });
    this.isCut = false;
    return caller;
  }

  /**
   * A call that nobody made again, and that came to no end: those are one who were made one by then; what
   * was claimed only is nobody's, and nothing is counted.
   * @param upTo how many of its other names it came to
   * @param isCut whether the last of them was taken from somebody, and not claimed
   */
  leave(call: EventCall, upTo: number, isCut: boolean, remembered: ReadonlySet<string>): void {
    this.unlisted.clear();
    this.name(call, remembered, upTo, isCut);
    for (const name of this.unlisted) {
      const holder = this.find(name);
      this.owner.delete(name);
      if (this.isKnown(holder)) this.keep({ ...holder, names: without(holder.names, name) });
    }
  }

  /** A browser or a device on its way from one person to another is a stranger's for a moment. */
  detach(name: string): void {
    const holder = this.find(name);
    if (holder.id === name || !isPerson(holder)) return;
    this.keep({ ...holder, names: without(holder.names, name) });
    this.claims.leadStraight(name, holder.id);
    this.owner.delete(name);
  }

  keep(customer: Kept): Kept {
    this.customers.set(customer.id, customer);
    this.owner.set(customer.id, customer.id);
    return customer;
  }

  find(name: string): Kept {
    return this.customers.get(this.owner.get(name) ?? '') ?? nobody(name);
  }

  isKnown({ id }: Kept): boolean {
    return this.customers.has(id);
  }

  /** Those whom a merge that is taken back makes two again. */
  part(into: Kept, from: Kept): void {
    this.keep(into);
    this.keep(from);
    for (const each of from.names) {
      this.owner.set(each, from.id);
      this.claims.claim(each, from.id);
    }
  }

  /** An id that a call says was the caller's until now. */
  private rename(caller: Kept, previous: string): Kept {
    const visitor = `anonymous:${previous}`;
    if (isOf(caller, previous) || isOf(caller, visitor)) return caller;
    return this.join(caller, this.owner.has(previous) ? previous : visitor, previous);
  }

  /** @param given how the call says it @returns the caller then */
  private join(caller: Kept, name: string, given = name): Kept {
    if (isOf(caller, name) || this.remembered.has(`${caller.id} ${given}`)) return caller;
    if (caller.apart.has(name)) return this.refuse(caller, given);
    const isWeak = !isStrong(name);
    const asPerson = isWeak && isPerson(caller);
    if (isWeak && this.claims.isShared(name)) return this.refuse(caller, given);
    const holder = this.find(name);
    if (!this.isKnown(holder)) return this.claim(caller, name, asPerson, null, given);
    if (caller.apart.has(holder.id) || holder.apart.has(caller.id)) {
      return this.refuse(caller, given);
    }
    if (asPerson && isPerson(holder)) {
      if (holder.id === name) return this.refuse(caller, given);
      this.detach(name);
      return this.isCut ? caller : this.claim(caller, name, asPerson, holder, given);
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
      if (!this.claims.count(name, caller, loser)) return this.refuse(caller, given);
    }
    this.owner.set(name, caller.id);
    this.claims.claim(name, caller.id);
    this.unlisted.add(name);
    // Of somebody who is not known yet it is as long as the call goes on.
    const joined = { ...caller, names: new Set([...caller.names, name]) };
    return this.isKnown(caller) ? this.keep(joined) : joined;
  }

  private refuse(caller: Kept, name: string): Kept {
    this.refused.add(`${caller.id} ${name}`);
    return caller;
  }

  fold(into: Kept, from: Kept): Kept {
    this.claims.claim(from.id, into.id);
    for (const [name, id] of this.owner) if (id === from.id) this.owner.set(name, into.id);
    this.customers.delete(from.id);
    return this.keep(folded(into, from, ++this.merges));
  }
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return new Set([...names].filter((each) => each !== name));
}
