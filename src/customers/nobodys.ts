// A name whose key leads to somebody who does not list it. That one may be about to: the key was claimed,
// and the commit that lists the name is on its way. Before the name is taken for nobody's, whoever is on
// that way is made to look again:
//
//   key of the name read ─► holder read, does not list it ─► holder's etag made new ─► the name is nobody's
//                                                                                      under the key's etag
//
// A commit that was to list the name fails now, and is preceded by another claim; that makes the etag of
// the key new, and whatever was built on the old one fails in turn. So never both come through.

import { emptyState } from '../model/state.ts';
import type { Moved, StoredState } from '../pipeline.ts';
import type { NameStore } from './name-store.ts';

export class Nobodys {
  constructor(private readonly names: NameStore) {}

  /**
   * The customer of that name, who begins where the name's own records ended.
   * @param etag of the key of the name, read before `holder`
   * @param holderId whom the key leads to in the end: that state, or a key that leads nowhere
   * @returns null = look again
   */
  async begin(
    name: string,
    etag: string,
    holderId: string,
    holder: StoredState | Moved,
  ): Promise<StoredState | null> {
    if (holderId !== name && !(await this.isPassed(holderId, holder))) return null;
    const records = await this.names.recordsOf(name);
    return { etag, state: { ...emptyState(name), records } };
  }

  private async isPassed(id: string, holder: StoredState | Moved): Promise<boolean> {
    const { names } = this;
    if (!('kind' in holder) && holder.etag !== '') return names.touch(id, holder.etag);
    const claim = { id, by: '', nowMs: 0, over: '', loser: '', sharing: null };
    return (await names.claim(claim)).kind === 'claimed';
  }
}

/** Whether there is nothing of a customer but the id. */
export function isNobody({ state }: StoredState): boolean {
  return state.asOfMs === 0;
}
