// Which of two names a call means: an id that it renames is a customer's, or else the visitor's of that name.
// It is looked at again and again while others come, and may be known from one look to the next. Once the
// visitor's name was taken from somebody for this call there is no way back: nobody would have it.

import type { NamedAlias } from '../model/identity.ts';
import type { StateStore } from '../pipeline.ts';

export class Meant {
  /** Of calls that are on their way, for which the visitor's name was taken. */
  private readonly taken = new WeakSet<NamedAlias>();

  constructor(private readonly states: Pick<StateStore, 'load' | 'evict'>) {}

  /** The first that somebody is known by, as of now. @returns `given`, or the other name in it */
  async of(given: NamedAlias): Promise<NamedAlias> {
    if (given.otherwise === null) return given;
    if (this.taken.has(given)) return given.otherwise;
    const { states } = this;
    states.evict(given.id);
    const loaded = await states.load(given.id);
    const isKnown = 'kind' in loaded ? loaded.kind === 'moving' || loaded.to !== '' : loaded.etag;
    return isKnown ? given : given.otherwise;
  }

  /** Past what was taken: somebody else has it by now. */
  afresh(given: NamedAlias): Promise<NamedAlias> {
    this.taken.delete(given);
    return this.of(given);
  }

  /** What it means now, it means until the call is served. */
  take(given: NamedAlias): void {
    this.taken.add(given);
  }
}
