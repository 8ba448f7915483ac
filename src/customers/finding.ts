// Hot path (`find`). From the name of a call to the customer whom it leads to. Where names lead is
// remembered, as a hint: the state that a hint leads to lists the name, or the hint is wrong.

import { LRUCache } from 'lru-cache';
import { Unavailable } from '../errors.ts';
import { emptyState } from '../model/state.ts';
import type { Loaded, Named, StateStore, StoredState } from '../pipeline.ts';
import { isLinked } from './links.ts';
import type { Moves } from './moves.ts';
import type { NameStore } from './name-store.ts';

const HINTS_MAX = 65_536;
/** How far keys may lead on. */
const HOPS_MAX = 32;

export class Finding {
  private readonly hints = new LRUCache<string, string>({ max: HINTS_MAX });

  constructor(
    private readonly states: StateStore,
    private readonly names: NameStore,
    private readonly moves: Moves,
  ) {}

  find(named: Named): StoredState | Promise<StoredState> {
    const { customerId: name } = named;
    if (named.follows === false) return this.findApart(name);
    const hinted = this.hints.size === 0 ? undefined : this.hints.get(name);
    const loaded = this.states.load(hinted ?? name);
    if (loaded instanceof Promise) return this.waitFor(loaded, name);
    return !('kind' in loaded) && isLinked(loaded.state, name)
      ? loaded
      : this.waitFor(loaded, name);
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

  private async waitFor(loading: Loaded | Promise<Loaded>, name: string): Promise<StoredState> {
    const loaded = await loading;
    if (!('kind' in loaded) && isLinked(loaded.state, name)) return loaded;
    this.forget(name);
    return this.follow(name, false);
  }

  /** Goes from key to key. A forward to somebody who does not list the name leads nowhere. */
  private async follow(name: string, fresh: boolean): Promise<StoredState> {
    const { states } = this;
    let id = name;
    let etag = '';
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      if (fresh) states.evict(id);
      const loaded = await states.load(id);
      if (!('kind' in loaded)) {
        // What is cached may be from before the name was listed.
        if (!isLinked(loaded.state, name)) {
          return fresh ? this.nobodys(name, etag) : this.findFresh(name);
        }
        if (id !== name) this.hints.set(name, id);
        return loaded;
      }
      if (loaded.kind === 'moving' && !loaded.move.returns) {
        await this.moves.finish(loaded);
        states.evict(id);
        continue;
      }
      if (id === name) etag = loaded.etag;
      id = loaded.kind === 'moved' ? loaded.to : ((await this.moves.leadOf(loaded)) ?? id);
    }
    throw new Unavailable('overloaded', 1);
  }

  /** A customer of that name, who begins where the name's own records ended. */
  private async nobodys(name: string, etag: string): Promise<StoredState> {
    const records = await this.names.recordsOf(name);
    return { etag, state: { ...emptyState(name), records } };
  }

  /** A visitor who is not taken for the customer whom the name leads to. */
  private async findApart(name: string): Promise<StoredState> {
    const found = await this.follow(name, false);
    if (found.state.customerId === name) return found;
    const apart = await this.states.load(apartOf(name));
    if ('kind' in apart) throw new Error('who is kept apart is never merged');
    return apart;
  }
}

/** Whom a visitor's calls are kept as while nothing says that the customer is meant. */
export function apartOf(name: string): string {
  return `visitor:${name.slice(name.indexOf(':') + 1)}`;
}
