// Hot path. Whether a placement as a whole is open to a customer, whatever is offered there.

import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { quietUntilMs } from '../timers/quiet.ts';
import { holds } from './candidates.ts';
import { mayContact } from './contacts.ts';
import type { PlacementProgram } from './placements.ts';

export type Closed = 'no_consent' | 'placement_closed';

/** Why it is closed, or null. */
export function closedReason(
  program: Program,
  draft: Draft,
  placement: PlacementProgram,
  scope: StateScope,
): Closed | null {
  const { consent, when, quiet } = placement.definition;
  if (consent !== null && !scope.consent(consent)) return 'no_consent';
  if (quiet !== null && quietUntilMs(program, draft, quiet, scope.nowMs) !== null) {
    return 'placement_closed';
  }
  return holds(when, scope, program.counters) ? null : 'placement_closed';
}

/** Whether consent, `when` and contact policy allow it now; quiet hours end by themselves. */
export function isAllowed(
  { counters }: Program,
  draft: Draft,
  placement: PlacementProgram,
  scope: StateScope,
): boolean {
  const { consent, when } = placement.definition;
  if (consent !== null && !scope.consent(consent)) return false;
  return holds(when, scope, counters) && mayContact(draft, placement, scope, counters);
}
