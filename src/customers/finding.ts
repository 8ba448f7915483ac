// Hot path (`find`). From the name of a call to the customer whom it leads to. Where names lead is
// remembered, as a hint: the state that a hint leads to lists the name, or the hint is wrong.

import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors.ts';
import { APART_PREFIX } from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { CatalogSource, Loaded, Named, StateStore, StoredState } from '../pipeline.ts';
import { isPerson } from './judge.ts';
import { isLinked } from './links.ts';
import type { Moves } from './moves.ts';
import type { NameStore } from './name-store.ts';
import type { Nobodys } from './nobodys.ts';
import { HOPS_MAX, type Hop, type Returning } from './returning.ts';

const HINTS_MAX = 65_536;
/** A key that leads on so often is made to lead there at once. */
const HOPS_MANY = 3;

export class Finding {
  private readonly hints = new LRUCache<string, string>({ max: HINTS_MAX });

  constructor(
    private readonly states: StateStore,
    private readonly names: NameStore,
    private readonly catalogs: CatalogSource,
    private readonly moves: Pick<Moves, 'finish'>,
    private readonly returning: Returning,
    private readonly nobodys: Nobodys,
  ) {}

  find(named: Named): StoredState | Promise<StoredState> {
    const { customerId: name } = named;
    const apart = named.follows === false;
    const hinted = apart || this.hints.size === 0 ? undefined : this.hints.get(name);
    const loaded = this.states.load(hinted ?? name);
    if (!(loaded instanceof Promise) && !('kind' in loaded) && isLinked(loaded.state, name)) {
      if (!apart || !this.isPerson(loaded.state)) return loaded;
    }
    return apart ? this.findApart(name) : this.waitFor(loaded, name, hinted !== undefined);
  }

  /** Whether a visitor's calls are this state's while nothing says that the customer is meant. */
  isApart(state: CustomerState, name: string): boolean {
    const { customerId } = state;
    if (customerId === name) return !this.isPerson(state);
    for (let id = name, n = 0; n < APART_MAX; n++) {
      id = apartOf(id);
      if (id === customerId) return true;
    }
    return false;
  }

  /** Staff may have folded a customer into a visitor: that is no visitor any more. */
  private isPerson(state: CustomerState): boolean {
    return isPerson(state, this.catalogs.current().identifiers);
  }

  /** Past all that is remembered here. */
  findFresh(name: string): Promise<StoredState> {
    this.forget(name);
    this.states.evict(name);
    return this.follow(name, true);
  }

  forget(name: string): void {
    this.hints.delete(name);
  }

  private async waitFor(
    loading: Loaded | Promise<Loaded>,
    name: string,
    isHinted: boolean,
  ): Promise<StoredState> {
    const loaded = await loading;
    if (!('kind' in loaded) && isLinked(loaded.state, name)) return loaded;
    // What is cached of the name itself may be older than what shows that the hint is wrong; and whoever waits
    // for a customer takes it for read just now.
    if (isHinted) this.states.evict(name);
    this.forget(name);
    return this.follow(name, false);
  }

  /** Goes from key to key. A forward to somebody who does not list the name leads nowhere. */
  private async follow(name: string, fresh: boolean): Promise<StoredState> {
    const { states } = this;
    let id = name;
    let etag = '';
    let by: Hop[] = [];
    let isSealed = false;
    for (let tries = 0; tries < HOPS_MAX; tries++) {
      if (fresh) states.evict(id);
      const loaded = await states.load(id);
      if ('kind' in loaded && loaded.kind === 'moving') {
        if (loaded.move.returns) {
          const to = await this.returning.leadOf(loaded);
          if (to === null) continue;
          if (id === name) isSealed = true;
          else by.push({ id, etag: loaded.etag });
          id = to;
        } else {
          await this.moves.finish(loaded);
          states.evict(id);
        }
        continue;
      }
      if (id === name) etag = loaded.etag;
      if ('kind' in loaded && loaded.to !== '') {
        if (id !== name) by.push({ id, etag: loaded.etag });
        id = loaded.to;
        continue;
      }
      if (!('kind' in loaded) && isLinked(loaded.state, name)) {
        if (id !== name) this.hints.set(name, id);
        if (by.length >= HOPS_MANY) await this.shorten(name, etag, id);
        return loaded;
      }
      // What is cached may be from before the name was listed.
      if (!fresh) return this.findFresh(name);
      // Nobody's is what a key can be taken over for: not one that is sealed.
      if (isSealed) await this.returning.leadOn(name);
      else if (await this.returning.isStillBy(by)) {
        const nobodys = await this.nobodys.begin(name, etag, id, loaded);
        if (nobodys !== null) return nobodys;
      }
      isSealed = false;
      id = name;
      by = [];
    }
    throw new Unavailable('overloaded', 1);
  }

  /** Whether it still was as it was read does not matter. */
  private async shorten(name: string, etag: string, to: string): Promise<void> {
    const claim = { id: name, by: to, nowMs: 0, over: etag, loser: '', sharing: null };
    await this.names.claim(claim);
  }

  /** A visitor who is not taken for the customer whom the name leads to. */
  private async findApart(name: string): Promise<StoredState> {
    let id = name;
    for (let n = 0; n <= APART_MAX; n++) {
      const found = await this.follow(id, false);
      if (found.state.customerId === id && !this.isPerson(found.state)) return found;
      // It may have been folded into the customer, which does not make it a name of theirs; a server may
      // have given it to one like any other visitor.
      id = apartOf(id);
    }
    throw new Unavailable('overloaded', 1);
  }
}

/** How often somebody else is looked for where who was kept apart is a customer's name. */
const APART_MAX = 8;

/** Whom a visitor's calls are kept as while nothing says that the customer is meant. */
function apartOf(name: string): string {
  return APART_PREFIX + name.slice(name.indexOf(':') + 1);
}
