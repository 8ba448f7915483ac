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
  /** Of these whom it is said in the state that they are somebody else. */
  private readonly stillApart = new Set<string>();
  /** Messages and names that these gave before somebody was folded in who was not to have them. */
  private readonly named = new Set<string>();
  /** The message of the call. */
  private messageId = '';
  /** Of `refused` what is not looked at again in this call. */
  private remembered: ReadonlySet<string> = new Set();
  /** Customer and name that were kept apart: a gateway may remember that for a while. */
  readonly refused = new Set<string>();

  copy(): People {
    const copy = new People();
    for (const [id, customer] of this.customers) copy.customers.set(id, customer);
    for (const [name, id] of this.owner) copy.owner.set(name, id);
    for (const pair of this.refused) copy.refused.add(pair);
    for (const pair of this.named) copy.named.add(pair);
    copy.claims = this.claims.copy();
    copy.merges = this.merges;
    return copy;
  }

  /** What the call was told with is of no matter to the next. */
  callOver(): void {
    this.unlisted.clear();
    this.stillApart.clear();
    this.messageId = '';
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
    this.messageId = messageId;
    const [first, ...others] = names as [string, ...string[]];
    let caller = this.find(first);
    // What was counted is not named again.
    if (caller.seen.has(messageId)) return caller;
    this.unlisted.clear();
    this.stillApart.clear();
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
   * @param goesOn the gateway that serves it knows what it has named
   */
  leave(
    call: EventCall,
    upTo: number,
    isCut: boolean,
    remembered: ReadonlySet<string>,
    goesOn: boolean,
  ): void {
    this.unlisted.clear();
    this.name(call, remembered, upTo, isCut);
    this.forgetNamed();
    for (const name of this.unlisted) {
      const holder = this.find(name);
      this.owner.delete(name);
      if (!this.isKnown(holder)) continue;
      const isApart = this.stillApart.has(name);
      const apart = isApart ? new Set([...holder.apart, name]) : holder.apart;
      this.keep({ ...holder, names: without(holder.names, name), apart });
      if (isApart && goesOn) this.named.add(`${call.messageId} ${name}`);
    }
  }

  /** It is served: nobody goes on with it. */
  forgetNamed(): void {
    for (const pair of this.named) {
      if (pair.startsWith(`${this.messageId} `)) this.named.delete(pair);
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
    if (caller.apart.has(name)) {
      if (!this.named.has(`${this.messageId} ${name}`)) return this.refuse(caller, given);
    }
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
    // The names of the call that were given before are not stored: what says that they are not theirs, is.
    for (const each of this.unlisted) {
      if (caller.apart.has(each) || holder.apart.has(each)) this.stillApart.add(each);
    }
    if (from !== caller) return this.fold(into, from);
    // What it had no time to list becomes the survivor's.
    const listed = [...caller.names].filter((each) => !this.unlisted.has(each));
    const all = this.fold(into, { ...caller, names: new Set(listed) });
    const apart = [...all.apart].filter((each) => !caller.names.has(each));
    const names = new Set([...all.names, ...caller.names]);
    return this.keep({ ...all, names, apart: new Set(apart) });
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
    if (caller.apart.has(name)) this.stillApart.add(name);
    const apart = without(caller.apart, name);
    const joined = { ...caller, names: new Set([...caller.names, name]), apart };
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
