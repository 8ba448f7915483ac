// Customers who are being taken out of another (unmerge.ts). Their key holds their state, sealed, and says out of
// whom: it leads there until that one does not list the merge any more. Whoever is at it may be gone half way.

import { Unavailable } from '../errors.ts';
import type { Moving, StateStore } from '../pipeline.ts';
import { MERGES_MAX } from './forgettable.ts';
import type { NameStore } from './name-store.ts';

/** How far keys may lead on: to a customer for each fold of two states. */
export const HOPS_MAX = 2 * MERGES_MAX + 32;

/** A key by way of which another led on, as it was then. */
export interface Hop {
  readonly id: string;
  readonly etag: string;
}

export class Returning {
  constructor(
    private readonly parts: {
      readonly states: Pick<StateStore, 'load' | 'evict'>;
      readonly names: Pick<NameStore, 'touch' | 'forward' | 'unseal'>;
    },
  ) {}

  /**
   * Where one leads who is taken out of another: there, until the other does not list the merge any
   * more. @returns null = it is a customer again
   */
  async leadOf(moving: Moving): Promise<string | null> {
    const { states, names } = this.parts;
    const { from, mergeId } = moving.move;
    let id = moving.move.to;
    for (let hop = 0; hop < HOPS_MAX; hop++) {
      states.evict(id);
      const loaded = await states.load(id);
      if ('kind' in loaded && (loaded.kind === 'moved' || loaded.move.returns)) {
        id = loaded.kind === 'moved' ? loaded.to : loaded.move.to;
        continue;
      }
      if (loaded.state.merges.some((merge) => merge.mergeId === mergeId)) return id;
      await names.unseal(from, moving);
      states.evict(from);
      return null;
    }
    throw new Unavailable('overloaded', 1);
  }

  /**
   * A name whose key says that it is about to be taken out of another leads there like any other again: it
   * could never be anybody else's. Who is at it still has to begin anew.
   */
  async leadOn(name: string): Promise<void> {
    const { states, names } = this.parts;
    states.evict(name);
    const loaded = await states.load(name);
    if (!('kind' in loaded) || loaded.kind !== 'moving' || !loaded.move.returns) return;
    const to = await this.leadOf(loaded);
    if (to === null) return;
    states.evict(to);
    const survivor = await states.load(to);
    if ('kind' in survivor || !(await names.touch(to, survivor.etag))) return;
    if (survivor.state.merges.some(({ mergeId }) => mergeId === loaded.move.mergeId)) {
      await names.forward(name, loaded, to);
    }
    states.evict(name);
    states.evict(to);
  }

  /**
   * Whether keys lead on as they did. Of who was taken out in between a name may be that the one in the end does
   * not list any more. To be asked after that one was read.
   */
  async isStillBy(hops: readonly Hop[]): Promise<boolean> {
    const { states } = this.parts;
    for (const { id, etag } of hops) {
      states.evict(id);
      const loaded = await states.load(id);
      if (loaded.etag !== etag) return false;
      const isSealed = 'kind' in loaded && loaded.kind === 'moving' && loaded.move.returns;
      if (isSealed && (await this.leadOf(loaded)) === null) return false;
    }
    return true;
  }
}
