// Hot path. When there is something due for a customer next, as the index of timers has it: one entry a
// customer, written only when that moved, so that most events cost nothing.

import { DraftState } from '../model/draft-state.ts';
import type { CustomerState } from '../model/state.ts';
import type { CommitDue } from '../redis/commit-call.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Epoch ms; Infinity = never. */
export function dueMs({ timers, lookAtMs }: Pick<CustomerState, 'timers' | 'lookAtMs'>): number {
  const first = timers.length === 0 ? NEVER : timers[0]!.dueAtMs;
  return lookAtMs === 0 ? first : Math.min(first, lookAtMs);
}

/** What a commit changes of it; null = nothing. */
export function dueMoved(commit: {
  readonly customerId: string;
  readonly expectedEtag: string;
  readonly state: CustomerState;
}): CommitDue | null {
  const { state, customerId, expectedEtag } = commit;
  let beforeMs: number | null = null;
  if (state instanceof DraftState) {
    const { replaced } = state;
    if (replaced === null || (replaced.timers === null && replaced.lookAtMs === null)) return null;
    beforeMs = dueMs(state.base);
  } else if (expectedEtag === '') {
    beforeMs = NEVER;
  }
  const atMs = dueMs(state);
  return atMs === beforeMs ? null : { customerId, atMs };
}
