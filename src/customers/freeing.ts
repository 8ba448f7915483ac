// A name is taken from a customer: it moves on to somebody else, or somebody frees it by hand. What was
// done under it stays where it was counted.

import { NO_GRANTS } from '../model/budget.ts';
import type { CatalogVersion, StoredState } from '../pipeline.ts';
import { listing } from './links.ts';
import type { Moves } from './moves.ts';
import type { MovesParts } from './moves-parts.ts';
import { addedTo } from './taken-apart.ts';

export class Freeing {
  constructor(
    private readonly parts: Pick<MovesParts, 'states' | 'records' | 'nowMs'>,
    private readonly moves: Pick<Moves, 'letGo'>,
  ) {}

  /** For good: the customer does not get it back. @returns false where the state is another by now */
  free(stored: StoredState, id: string, version: CatalogVersion): Promise<boolean> {
    return this.unlink(stored, id, version, addedTo(stored.state.apart, id));
  }

  /** For whoever claims it next. @returns false where the state is another by now */
  take(stored: StoredState, id: string, version: CatalogVersion): Promise<boolean> {
    return this.unlink(stored, id, version, stored.state.apart);
  }

  private async unlink(
    { etag, state }: StoredState,
    id: string,
    version: CatalogVersion,
    apart: readonly string[],
  ): Promise<boolean> {
    await this.moves.letGo(state, id);
    const draft = listing(
      state,
      state.links.filter((link) => link.id !== id),
    );
    if (apart !== state.apart) draft.apart = apart;
    draft.records = state.records + 1;
    const atMs = this.parts.nowMs();
    const how = { catalog: version.hash, publication: version.publication, continuesRun: false };
    const outcome = await this.parts.states.commit({
      customerId: state.customerId,
      expectedEtag: etag,
      state: draft,
      recents: version.recents,
      records: [this.parts.records.unlink(id, draft, atMs, how)],
      messageIds: [],
      receivedAtMs: atMs,
      grants: NO_GRANTS,
      deliveries: [],
    });
    return outcome.kind === 'committed';
  }
}
