// What a merge, its end, or a name that went on made of a customer's state, as it was recorded. A merge
// brings both states along: whatever history lacks of before, from here on the customer is known.

import { DraftState } from '../model/draft-state.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type { CatalogVersion } from '../pipeline.ts';
import type { RecordedChange } from '../replay/recorded/step-row.ts';
import { StateCodec } from '../state/codec.ts';

export class ChangedStates {
  private readonly codec = new StateCodec();

  /**
   * @param before as the records before left it
   * @returns null = what was before is not known, and has to be
   */
  after(
    { change, customerId, record, nowMs }: RecordedChange,
    before: CustomerState,
    version: Pick<CatalogVersion, 'fold'>,
  ): CustomerState | null {
    switch (change.kind) {
      case 'fold': {
        const { from, mergeId, fromState, intoState } = change;
        const merge = { mergeId, from, atMs: nowMs };
        const into = this.read(customerId, intoState);
        return version.fold(into, this.read(from, fromState), merge, nowMs).state;
      }
      case 'unlink': {
        if (before.records + 1 !== record) return null;
        const draft = new DraftState(before);
        draft.links = before.links.filter(({ id }) => id !== change.name);
        draft.records = record;
        return draft;
      }
      case 'restore':
        return this.read(customerId, change.state);
    }
  }

  /** The state of a document. @param document base64; '' = there was none */
  read(customerId: string, document: string): CustomerState {
    if (document === '') return emptyState(customerId);
    return this.codec.decode(customerId, Buffer.from(document, 'base64').toString('latin1'));
  }
}
