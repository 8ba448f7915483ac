// Hot path. The state that a step is making (model/draft-state.ts), under the engine's word for it.

import { DraftState } from '../model/draft-state.ts';
import type { CustomerState } from '../model/state.ts';

/** A state under construction; its collections are replaced, never written through. */
export type Draft = DraftState;

/** A draft with everything shared. */
export function draftOf(state: CustomerState): Draft {
  return new DraftState(state);
}
